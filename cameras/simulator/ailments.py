"""What can be wrong with a camera, by name; and the error that we must make of it.

An ailment answers in the camera's place. It is handed the request and the stream, and may do what it likes.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cameras.errors import CameraError, LoginRejected, NotAnImage, Refused, Unreachable

if TYPE_CHECKING:
    from cameras.simulator.pretend import PretendCamera, Request

Act = Callable[["PretendCamera", "Request", asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Ailment:
    act: Act
    error: type[CameraError]


async def off(camera: "PretendCamera", request: "Request", stream: asyncio.StreamWriter) -> None:
    """Resets every connection."""
    stream.transport.abort()


async def hangs(camera: "PretendCamera", request: "Request", stream: asyncio.StreamWriter) -> None:
    """Takes the connection and never answers."""
    await asyncio.Event().wait()


async def slow(camera: "PretendCamera", request: "Request", stream: asyncio.StreamWriter) -> None:
    """A byte a second."""
    stream.write(b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n")
    for byte in camera.picture():
        stream.write(bytes([byte]))
        await stream.drain()
        await asyncio.sleep(1)


async def wrong_password(camera: "PretendCamera", request: "Request", stream: asyncio.StreamWriter) -> None:
    """Accepts no login, not even the right one, as while it is locked."""
    camera.gate.refused += "authorization" in request.headers
    camera.deny(stream)


async def html_page(camera: "PretendCamera", request: "Request", stream: asyncio.StreamWriter) -> None:
    """A login page where the picture was due, as a picture and with status 200."""
    page = b"<!DOCTYPE html><html><title>Login</title><body>Please log in</body></html>"
    camera.answer(stream, 200, page, {"Content-Type": "image/jpeg"})


async def cut_off(camera: "PretendCamera", request: "Request", stream: asyncio.StreamWriter) -> None:
    """Promises the whole picture, sends half of it and closes."""
    picture = camera.picture()
    camera.answer(stream, 200, picture[: len(picture) // 2], {"Content-Length": str(len(picture))})


async def half_picture(camera: "PretendCamera", request: "Request", stream: asyncio.StreamWriter) -> None:
    """Half a picture, and an answer that says that this is all."""
    picture = camera.picture()
    camera.answer(stream, 200, picture[: len(picture) // 2])


async def empty(camera: "PretendCamera", request: "Request", stream: asyncio.StreamWriter) -> None:
    """Status 200 and nothing."""
    camera.answer(stream, 200, b"")


async def busy(camera: "PretendCamera", request: "Request", stream: asyncio.StreamWriter) -> None:
    """Hikvision's answer while it has no snapshot to give."""
    camera.answer(stream, 503, b"<ResponseStatus><statusCode>2</statusCode></ResponseStatus>")


async def wrong_make(camera: "PretendCamera", request: "Request", stream: asyncio.StreamWriter) -> None:
    """The record names a wrong make: every path that we ask for is unknown."""
    camera.answer(stream, 404, b"<html>not found</html>")


AILMENTS = {
    "off": Ailment(off, Unreachable),
    "hangs": Ailment(hangs, Unreachable),
    "slow": Ailment(slow, Unreachable),
    "wrong password": Ailment(wrong_password, LoginRejected),
    "HTML page": Ailment(html_page, NotAnImage),
    "cut off": Ailment(cut_off, Unreachable),
    "half picture": Ailment(half_picture, NotAnImage),
    "empty": Ailment(empty, NotAnImage),
    "busy": Ailment(busy, Refused),
    "wrong make": Ailment(wrong_make, Refused),
}
