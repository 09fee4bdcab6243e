"""A complete picture from one camera, or a CameraError: the only place where a camera's failures are translated.

The service and every other command that polls a camera call `thumbnail`, so they see the same.
"""

import asyncio
import os
import ssl

import aiohttp

from cameras import jpeg
from cameras.camera import Camera
from cameras.connection import Client, Connection, Fetch
from cameras.errors import CameraError, FetcherBug, InvalidResponse, Unreachable
from cameras.text import quoted


async def thumbnail(
    camera: Camera, fetch: Fetch, client: Client, timeout: float, tries: int = 2, retry_pause: float = 1.0
) -> bytes:
    """A complete JPEG from `camera`, fetched by its make's `fetch` within `timeout` seconds.

    Every failure is a CameraError, a bug in `fetch` too. After a failed connection it makes up to `tries` (at
    least 1) attempts in all, `retry_pause` seconds apart, within the same deadline: an Amcrest's first snapshot after a
    pause often fails. There is no further attempt after an answer of any kind, nor after a login that the camera may
    have counted as failed.

    If a kept connection failed before it carried an answer, the fetch starts once more, with `timeout` seconds anew: a
    camera that ignores a second request is only noticed at the deadline.
    """
    connection = Connection(camera, client)
    try:
        return await _within_deadline(connection, fetch, timeout, tries, retry_pause)
    except CameraError:
        if not connection.kept_failed:
            raise
    return await _within_deadline(connection, fetch, timeout, tries, retry_pause)


async def _within_deadline(
    connection: Connection, fetch: Fetch, timeout: float, tries: int, retry_pause: float
) -> bytes:
    try:
        async with asyncio.timeout(timeout), connection:
            for remaining in reversed(range(tries)):
                try:
                    return await _attempt(fetch, connection)
                except Unreachable:
                    if not remaining or connection.kept_failed or connection.login_pending:
                        raise
                await asyncio.sleep(retry_pause)
            raise ValueError("tries must be at least 1")
    except TimeoutError as error:
        raise Unreachable(f"no complete picture within {timeout:g} s") from error


async def _attempt(fetch: Fetch, connection: Connection) -> bytes:
    """One attempt, with every other exception translated. The deadline passes through as CancelledError."""
    try:
        return jpeg.extract(await fetch(connection))
    except CameraError:
        raise
    except (aiohttp.ClientError, OSError) as error:
        raise _translated(error) from error
    except Exception as error:  # a make's bug fails its own cameras, not the fleet
        raise FetcherBug(f"{type(error).__name__}: {quoted(str(error))}") from error


def _translated(error: aiohttp.ClientError | OSError) -> CameraError:
    """aiohttp reports a response that it cannot parse as a ClientResponseError, with a status of its own."""
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
    """The operating system's message: asyncio's own contains the camera's address, which is private."""
    if error.errno and error.errno > 0:
        return os.strerror(error.errno)
    if type(error) is OSError and error.strerror is None:  # asyncio's, for a name with several addresses
        return "no address answered"
    return error.strerror or type(error).__name__
