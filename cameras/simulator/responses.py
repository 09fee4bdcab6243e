"""What an ailing camera does when asked: handed the camera, the request and the stream, it answers in its place."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from cameras.simulator.request import Request

if TYPE_CHECKING:
    from cameras.simulator.camera import SimulatedCamera

Responder = Callable[["SimulatedCamera", Request, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n"


async def off(camera: "SimulatedCamera", request: Request, stream: asyncio.StreamWriter) -> None:
    """Resets every connection."""
    reset_connection(stream)


async def hangs(camera: "SimulatedCamera", request: Request, stream: asyncio.StreamWriter) -> None:
    """Takes the connection and never answers."""
    await asyncio.Event().wait()


async def slow(camera: "SimulatedCamera", request: Request, stream: asyncio.StreamWriter) -> None:
    """A byte a second."""
    stream.write(OK + b"\r\n")
    await _drip(stream, camera.picture())


async def left_hanging(camera: "SimulatedCamera", request: Request, stream: asyncio.StreamWriter) -> None:
    """Promises more than it sends, and keeps the connection open."""
    stream.write(OK + b"Content-Length: 1000000\r\n\r\n" + camera.picture())
    await asyncio.Event().wait()


async def reset(camera: "SimulatedCamera", request: Request, stream: asyncio.StreamWriter) -> None:
    """Resets the connection in the middle of the picture."""
    stream.write(OK + b"Content-Length: 1000000\r\n\r\n" + camera.picture())
    await stream.drain()
    reset_connection(stream)


def reset_connection(stream: asyncio.StreamWriter) -> None:
    """RST, where closing alone would send FIN."""
    stream.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    stream.transport.abort()


async def wrong_password(camera: "SimulatedCamera", request: Request, stream: asyncio.StreamWriter) -> None:
    """Accepts no login, not even the right one, as while it is locked."""
    camera.login_check.refused += "authorization" in request.headers
    camera.deny(stream)


async def slow_refusal(camera: "SimulatedCamera", request: Request, stream: asyncio.StreamWriter) -> None:
    """As with a wrong password, and the 401's body drips."""
    camera.login_check.refused += "authorization" in request.headers
    stream.write(b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="r"\r\nContent-Length: 9999\r\n\r\n')
    await _drip(stream, b"x" * 9999)


async def endless(camera: "SimulatedCamera", request: Request, stream: asyncio.StreamWriter) -> None:
    """Chunk after chunk, for ever."""
    stream.write(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    while not stream.is_closing():
        stream.write(b"10000\r\n" + b"\xff" * 0x10000 + b"\r\n")
        await stream.drain()


async def huge(camera: "SimulatedCamera", request: Request, stream: asyncio.StreamWriter) -> None:
    """60 MB, and it says so."""
    stream.write(OK + b"Content-Length: 60000000\r\n\r\n" + camera.picture())
    for _ in range(60):
        stream.write(b"\xff" * 1_000_000)
        await stream.drain()


async def video(camera: "SimulatedCamera", request: Request, stream: asyncio.StreamWriter) -> None:
    """An endless multipart stream of pictures where one was asked for."""
    stream.write(b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=--b\r\n\r\n")
    while not stream.is_closing():
        stream.write(b"----b\r\nContent-Type: image/jpeg\r\n\r\n" + camera.picture())
        await stream.drain()


async def _drip(stream: asyncio.StreamWriter, content: bytes) -> None:
    for byte in content:
        stream.write(bytes([byte]))
        await stream.drain()
        await asyncio.sleep(1)


def raw_response(answer: Callable[[bytes], bytes]) -> Responder:
    """An fault that answers with exactly these bytes, made from a good picture, and closes."""

    async def act(camera: "SimulatedCamera", request: Request, stream: asyncio.StreamWriter) -> None:
        stream.write(answer(camera.picture()))

    return act


def body(content: Callable[[bytes], bytes], *headers: bytes, status: bytes = b"200 OK") -> Responder:
    """Answers with this body and its right length."""
    head = b"".join(b"%s\r\n" % header for header in headers)
    return raw_response(lambda picture: _framed(content(picture), head, status))


def _framed(content: bytes, head: bytes, status: bytes) -> bytes:
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n%sConnection: close\r\n\r\n%s" % (status, len(content), head, content)


def login_with(**settings: object) -> Responder:
    """Healthy, but for a gate with these settings."""

    async def act(camera: "SimulatedCamera", request: Request, stream: asyncio.StreamWriter) -> None:
        for name, value in settings.items():
            setattr(camera.login_check, name, value)
        camera.healthy(request, stream)

    return act


def with_thumbnail(picture: bytes) -> bytes:
    exif = b"Exif\0\0" + picture[:2000] + b"\xff\xd9"
    return picture[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2) + exif + picture[2:]
