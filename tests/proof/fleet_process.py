"""Servers in a process of their own, so that they do not use the event loop of the service."""

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
MEMORY = "/dev/shm"  # for folders: fsync on a shared disk may take most of a second
SLOW_DOWN = b"<Error><Code>SlowDown</Code></Error>"
OUTAGES = {  # how the bucket fails, and what it answers then; "": it works
    "": b'HTTP/1.1 200 OK\r\nETag: "0"\r\nContent-Length: 0\r\n\r\n',
    "gone": b"",  # connections are refused, open ones reset
    "silent": b"",
    "busy": b"HTTP/1.1 503 Slow Down\r\nContent-Length: %d\r\n\r\n%s" % (len(SLOW_DOWN), SLOW_DOWN),
}


class FleetProcess(NamedTuple):
    """The servers of the other process."""

    healthy: list[Camera]
    faulty: list[tuple[Camera, str]]  # with the fault
    bucket: str  # S3 endpoint


@contextmanager
def fleet_process(healthy: int, faults: list[str]) -> Iterator[FleetProcess]:
    """So many healthy cameras, one camera for each of `faults`, and a bucket."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_main, args=(theirs, healthy, faults), daemon=True)
    process.start()
    try:
        cameras, bucket = ours.recv()
        faulty = list(zip(cameras[healthy:], faults, strict=True))
        yield FleetProcess(cameras[:healthy], faulty, bucket)
    finally:
        process.terminate()
        process.join()


def _main(pipe: Pipe, healthy: int, faults: list[str]) -> None:
    asyncio.run(_serve(pipe, [*[""] * healthy, *faults]))


async def _serve(pipe: Pipe, faults: list[str]) -> None:
    still = scene.draw("simulated", "1", 0.0, "", quality=90)
    async with AsyncExitStack() as stack:
        cameras = []
        for number, fault in enumerate(faults):
            make = "GRIDSMART" if fault and FAULTS[fault].tls else MAKES[number % len(MAKES)]
            camera = SimulatedCamera(make, str(number + 1), fault=fault, still=still)
            camera.requests = deque(maxlen=1)
            cameras.append((await stack.enter_async_context(camera)).entry)
        bucket = Bucket()
        await bucket.open()
        pipe.send((cameras, bucket.url))
        await asyncio.Event().wait()


class Bucket:
    """An S3 endpoint that accepts every PUT, except during an outage."""

    def __init__(self) -> None:
        self.port = 0  # the same after an outage
        self.outages = 0  # so far
        self.outage = "gone"  # the present one, from OUTAGES
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
        """Reset all connections."""
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
