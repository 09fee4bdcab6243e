"""Servers in a process of their own, so that they do not keep the daemon's event loop busy."""

import asyncio
import multiprocessing
from collections import deque
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from multiprocessing.connection import Connection as Pipe
from typing import NamedTuple

from cameras.camera import Camera
from cameras.simulator import scene
from cameras.simulator.camera import SimulatedCamera
from cameras.simulator.faults import FAULTS
from cameras.simulator.responses import reset_connection

MAKES = ("Advidia", "Axis", "Sarix", "Wisenet")
MEMORY = "/dev/shm"  # for folders: a shared disk may take most of a second for one fsync
SLOW_DOWN = b"<Error><Code>SlowDown</Code></Error>"
OUTAGES = {  # what a bucket answers
    "": b'HTTP/1.1 200 OK\r\nETag: "0"\r\nContent-Length: 0\r\n\r\n',
    "gone": b"",  # connections are refused, open ones reset
    "silent": b"",
    "busy": b"HTTP/1.1 503 Slow Down\r\nContent-Length: %d\r\n\r\n%s" % (len(SLOW_DOWN), SLOW_DOWN),
}


class Elsewhere(NamedTuple):
    """`healthy` and `ailing` cameras, those with their faults; `bucket` is an S3 endpoint."""

    healthy: list[Camera]
    ailing: list[tuple[Camera, str]]
    bucket: str


@contextmanager
def elsewhere(healthy: int, faults: list[str]) -> Iterator[Elsewhere]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_main, args=(theirs, healthy, faults), daemon=True)
    process.start()
    try:
        cameras, bucket = ours.recv()
        ailing = list(zip(cameras[healthy:], faults, strict=True))
        yield Elsewhere(cameras[:healthy], ailing, bucket)
    finally:
        process.terminate()
        process.join()


def _main(pipe: Pipe, healthy: int, faults: list[str]) -> None:
    asyncio.run(_serve(pipe, [*[""] * healthy, *faults]))


async def _serve(pipe: Pipe, faults: list[str]) -> None:
    still = scene.draw("pretend", "1", 0.0, "", quality=90)
    async with AsyncExitStack() as stack:
        cameras = []
        for number, fault in enumerate(faults):
            make = "GRIDSMART" if fault and FAULTS[fault].tls else MAKES[number % len(MAKES)]
            pretend = SimulatedCamera(make, str(number + 1), fault=fault, still=still)
            pretend.requests = deque(maxlen=1)
            cameras.append((await stack.enter_async_context(pretend)).camera)
        bucket = Bucket()
        await bucket.open()
        pipe.send((cameras, bucket.url))
        await asyncio.Event().wait()


class Bucket:
    """An S3 endpoint on a port of its own that takes every PUT, until it is taken away: `OUTAGES` says how.

    `outages` counts them.
    """

    def __init__(self) -> None:
        self.port = 0
        self.outages = 0
        self.outage = "gone"
        self._streams: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def open(self) -> None:
        if self.outage == "gone":
            self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port, backlog=1024)
            self.port = self._server.sockets[0].getsockname()[1]
        self.outage = ""
        self.reset()

    def close(self, outage: str = "gone") -> None:
        self.outage = outage
        self.outages += 1
        if outage == "gone":
            self._server.close()
            self.reset()

    def reset(self) -> None:
        """All connections."""
        for stream in self._streams:
            reset_connection(stream)

    async def _connected(self, reader: asyncio.StreamReader, stream: asyncio.StreamWriter) -> None:
        self._streams.add(stream)
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).lower():
                if b"100-continue" in head:
                    stream.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
                await reader.readexactly(int(length))
                stream.write(OUTAGES[self.outage])
        except (asyncio.IncompleteReadError, ConnectionError):
            stream.close()
        self._streams.discard(stream)
