"""What a faulty camera sends. A `Responder` answers one request in place of a healthy camera."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Protocol

from cameras.simulator.login import LoginCheck
from cameras.simulator.request import Request


class HealthyCamera(Protocol):
    """What a response may use of the camera that it answers for."""

    login_check: LoginCheck
    announces_close: bool  # sends Connection: close

    def picture(self) -> bytes:
        """A JPEG of the present moment."""

    def deny(self, stream: asyncio.StreamWriter) -> None:
        """Send a 401 with the camera's challenges."""

    def healthy(self, request: Request, stream: asyncio.StreamWriter) -> None:
        """Send what the camera would send without a fault."""


Responder = Callable[[HealthyCamera, Request, asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n"


async def off(camera: HealthyCamera, request: Request, stream: asyncio.StreamWriter) -> None:
    """Resets every connection."""
    reset_connection(stream)


async def hangs(camera: HealthyCamera, request: Request, stream: asyncio.StreamWriter) -> None:
    """Accepts the connection and never answers."""
    await asyncio.Event().wait()


async def slow(camera: HealthyCamera, request: Request, stream: asyncio.StreamWriter) -> None:
    """Sends one byte per second."""
    stream.write(OK + b"\r\n")
    await _drip(stream, camera.picture())


async def incomplete(camera: HealthyCamera, request: Request, stream: asyncio.StreamWriter) -> None:
    """Sends less than its Content-Length, and keeps the connection open."""
    stream.write(OK + b"Content-Length: 1000000\r\n\r\n" + camera.picture())
    await asyncio.Event().wait()


async def reset(camera: HealthyCamera, request: Request, stream: asyncio.StreamWriter) -> None:
    """Resets the connection in the middle of the picture."""
    stream.write(OK + b"Content-Length: 1000000\r\n\r\n" + camera.picture())
    await stream.drain()
    reset_connection(stream)


def reset_connection(stream: asyncio.StreamWriter) -> None:
    """Send RST; closing alone would send FIN."""
    stream.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    stream.transport.abort()


async def wrong_password(camera: HealthyCamera, request: Request, stream: asyncio.StreamWriter) -> None:
    """Accepts no login, not even the right one, like a locked account."""
    camera.login_check.refused += "authorization" in request.headers
    camera.deny(stream)


async def slow_refusal(camera: HealthyCamera, request: Request, stream: asyncio.StreamWriter) -> None:
    """As with a wrong password; the body of the 401 arrives at one byte per second."""
    camera.login_check.refused += "authorization" in request.headers
    stream.write(b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="r"\r\nContent-Length: 9999\r\n\r\n')
    await _drip(stream, b"x" * 9999)


async def endless(camera: HealthyCamera, request: Request, stream: asyncio.StreamWriter) -> None:
    """Sends chunks indefinitely."""
    stream.write(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    while not stream.is_closing():
        stream.write(b"10000\r\n" + b"\xff" * 0x10000 + b"\r\n")
        await _drain(stream)


async def huge(camera: HealthyCamera, request: Request, stream: asyncio.StreamWriter) -> None:
    """Sends 60 MB, as its Content-Length says."""
    stream.write(OK + b"Content-Length: 60000000\r\n\r\n" + camera.picture())
    for _ in range(60):
        stream.write(b"\xff" * 1_000_000)
        await _drain(stream)


async def video(camera: HealthyCamera, request: Request, stream: asyncio.StreamWriter) -> None:
    """Sends an endless multipart stream of pictures instead of one."""
    stream.write(b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=--b\r\n\r\n")
    while not stream.is_closing():
        stream.write(b"----b\r\nContent-Type: image/jpeg\r\n\r\n" + camera.picture())
        await _drain(stream)


async def _drain(stream: asyncio.StreamWriter) -> None:
    """A TLS stream whose client has left is not `is_closing` and drains at once: other tasks must get their turn."""
    await stream.drain()
    await asyncio.sleep(0)


async def _drip(stream: asyncio.StreamWriter, content: bytes) -> None:
    for byte in content:
        stream.write(bytes([byte]))
        await stream.drain()
        await asyncio.sleep(1)


async def stale_always(camera: HealthyCamera, request: Request, stream: asyncio.StreamWriter) -> None:
    """As with a wrong password, but every 401 says that the login was correct and only its nonce too old."""
    camera.login_check = replace(camera.login_check, extra=", stale=true")
    await wrong_password(camera, request, stream)


async def closes(camera: HealthyCamera, request: Request, stream: asyncio.StreamWriter) -> None:
    """Closes the connection without an answer."""
    stream.close()


async def closes_after_each(camera: HealthyCamera, request: Request, stream: asyncio.StreamWriter) -> None:
    """Closes the connection after each answer, unannounced."""
    camera.healthy(request, stream)
    stream.close()


async def announces_close(camera: HealthyCamera, request: Request, stream: asyncio.StreamWriter) -> None:
    """Closes the connection after each answer, as announced."""
    camera.announces_close = True
    await closes_after_each(camera, request, stream)


def when_kept(respond: Responder) -> Responder:
    """Answers the first request on a connection as a healthy camera, and later ones by `respond`."""

    async def respond_if_kept(camera: HealthyCamera, request: Request, stream: asyncio.StreamWriter) -> None:
        if request.earlier:
            await respond(camera, request, stream)
        else:
            camera.healthy(request, stream)

    return respond_if_kept


def raw_response(answer: Callable[[bytes], bytes]) -> Responder:
    """Sends exactly the bytes that `answer` makes of a good picture, then closes."""

    async def respond(camera: HealthyCamera, request: Request, stream: asyncio.StreamWriter) -> None:
        stream.write(answer(camera.picture()))
        stream.close()

    return respond


def body(content: Callable[[bytes], bytes], *headers: bytes, status: bytes = b"200 OK") -> Responder:
    """Sends the body that `content` makes of a good picture, with its correct length."""
    head = b"".join(b"%s\r\n" % header for header in headers)
    return raw_response(lambda picture: _framed(content(picture), head, status))


def _framed(content: bytes, head: bytes, status: bytes) -> bytes:
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n%sConnection: close\r\n\r\n%s" % (status, len(content), head, content)


def login_with(**changes: Any) -> Responder:
    """Sends what a healthy camera would whose LoginCheck has these fields."""

    async def respond(camera: HealthyCamera, request: Request, stream: asyncio.StreamWriter) -> None:
        camera.login_check = replace(camera.login_check, **changes)
        camera.healthy(request, stream)

    return respond


def with_thumbnail(picture: bytes) -> bytes:
    """`picture` with a smaller JPEG in its Exif segment, as many cameras embed one."""
    exif = b"Exif\0\0" + picture[:2000] + b"\xff\xd9"
    return picture[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2) + exif + picture[2:]
