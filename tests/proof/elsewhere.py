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
from cameras.simulator.acts import reset_connection
from cameras.simulator.pretend import PretendCamera

MAKES = ("Advidia", "Axis", "Sarix", "Wisenet")


class Elsewhere(NamedTuple):
    """`healthy` and `ailing` cameras, those with their ailments; `bucket` is an S3 endpoint."""

    healthy: list[Camera]
    ailing: list[tuple[Camera, str]]
    bucket: str


@contextmanager
def elsewhere(healthy: int, ailments: list[str]) -> Iterator[Elsewhere]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_main, args=(theirs, healthy, ailments), daemon=True)
    process.start()
    try:
        cameras, bucket = ours.recv()
        ailing = list(zip(cameras[healthy:], ailments, strict=True))
        yield Elsewhere(cameras[:healthy], ailing, bucket)
    finally:
        process.terminate()
        process.join()


def _main(pipe: Pipe, healthy: int, ailments: list[str]) -> None:
    asyncio.run(_serve(pipe, [*[""] * healthy, *ailments]))


async def _serve(pipe: Pipe, ailments: list[str]) -> None:
    still = scene.draw("pretend", "1", 0.0, "", quality=90)
    async with AsyncExitStack() as stack:
        cameras = []
        for number, ailment in enumerate(ailments):
            pretend = PretendCamera(MAKES[number % len(MAKES)], str(number + 1), ailment=ailment, still=still)
            pretend.asked = deque(maxlen=1)
            cameras.append((await stack.enter_async_context(pretend)).camera)
        bucket = await stack.enter_async_context(await asyncio.start_server(_take, "127.0.0.1", 0))
        pipe.send((cameras, f"http://127.0.0.1:{bucket.sockets[0].getsockname()[1]}"))
        await asyncio.Event().wait()


async def _take(reader: asyncio.StreamReader, stream: asyncio.StreamWriter) -> None:
    """Takes every PUT, over kept-alive connections."""
    try:
        while head := (await reader.readuntil(b"\r\n\r\n")).lower():
            if b"100-continue" in head:
                stream.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length))
            stream.write(b'HTTP/1.1 200 OK\r\nETag: "0"\r\nContent-Length: 0\r\n\r\n')
    except (asyncio.IncompleteReadError, ConnectionError):
        stream.close()


class Bucket:
    """An S3 endpoint on a port of its own that can be taken away and brought back; `outages` counts how often."""

    def __init__(self) -> None:
        self.port = 0
        self.outages = 0
        self.is_open = False
        self._streams: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        self.is_open = True

    async def close(self) -> None:
        """From now on connections are refused; those that are open are reset."""
        self.outages += 1
        self.is_open = False
        self._server.close()
        for stream in self._streams:
            reset_connection(stream)

    async def _connected(self, reader: asyncio.StreamReader, stream: asyncio.StreamWriter) -> None:
        self._streams.add(stream)
        await _take(reader, stream)
        self._streams.discard(stream)
