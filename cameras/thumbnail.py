"""A whole picture from one camera, or a CameraError: the one boundary between us and what cameras do.

The daemon and every other command that asks a camera go through `thumbnail`, so they see the same.
"""

import asyncio
import os
import ssl

import aiohttp

from cameras import jpeg
from cameras.camera import Camera
from cameras.connection.connection import Connection
from cameras.errors import CameraError, FetcherBug, InvalidResponse, Unreachable
from cameras.makes import find_make
from cameras.text import quoted

RETRY_PAUSE = 1.0  # seconds


async def thumbnail(
    camera: Camera,
    session: aiohttp.ClientSession,
    timeout: float,
    tries: int = 2,
    retry_pause: float = RETRY_PAUSE,
    observers: tuple[aiohttp.ClientMiddlewareType, ...] = (),
) -> bytes:
    """A whole JPEG from `camera` within `timeout` seconds; every failure is a CameraError.

    When the connection fails there is one more try within the same deadline (an Amcrest's first snapshot after a
    pause often fails), but never while a login may have been counted against us, and not after an answer, however bad.
    """
    connection = Connection(camera, session, observers=observers)
    try:
        async with asyncio.timeout(timeout):
            while True:
                tries -= 1
                try:
                    return await _attempt(connection)
                except Unreachable:
                    if not tries or connection.login_pending:
                        raise
                await asyncio.sleep(retry_pause)
    except TimeoutError as error:
        raise Unreachable(f"no whole picture within {timeout:g} s") from error


async def _attempt(connection: Connection) -> bytes:
    """One try, with every foreign failure translated. The deadline passes through as CancelledError."""
    try:
        return jpeg.extract(await find_make(connection.camera.make).fetch(connection))
    except CameraError:
        raise
    except (aiohttp.ClientError, OSError) as error:
        raise _translated(error) from error
    except Exception as error:  # a make's bug is that camera's failure, never the fleet's
        raise FetcherBug(f"{type(error).__name__}: {quoted(str(error))}") from error


def _translated(error: aiohttp.ClientError | OSError) -> CameraError:
    """aiohttp reports what it cannot parse as a ClientResponseError with a status that the camera never sent."""
    match error:
        case aiohttp.ClientResponseError():
            return InvalidResponse(quoted(error.message.splitlines()[0] if error.message else "no reason given"))
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientSSLError() | ssl.SSLError():
            return Unreachable("TLS handshake failed", "check that its port speaks https")
        case aiohttp.ConnectionTimeoutError():
            return Unreachable("no connection in time")
        case aiohttp.ClientConnectorDNSError():
            return Unreachable(_reason(error.os_error), "check its name and this machine's DNS")
        case aiohttp.ClientConnectorError():
            return Unreachable(_reason(error.os_error))
        case aiohttp.ClientPayloadError():
            return Unreachable("cut off in the middle of its answer")
        case aiohttp.ServerDisconnectedError():
            return Unreachable("closed the connection without an answer")
        case OSError():
            return Unreachable(_reason(error))
        case _:
            return Unreachable(type(error).__name__)


def _reason(error: OSError) -> str:
    """The system's words: asyncio's own would tell the camera's address, which is private."""
    if error.errno and error.errno > 0:
        return os.strerror(error.errno)
    if type(error) is OSError and error.strerror is None:  # asyncio's, of a name with several that failed differently
        return "none of its addresses answers"
    return error.strerror or type(error).__name__
