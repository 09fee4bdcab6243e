"""Limits for the page's clients, so that they cannot use up what the cameras need."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware


@dataclass(frozen=True)
class Limits:
    """What all clients of the page may use together."""

    max_connections: int = 100
    answer_deadline: float = 60.0  # seconds a client may take to receive one answer
    loop_share: float = 0.1  # of the event loop's time, for rendering
    keepalive_timeout: float = 60.0  # seconds; aiohttp's default is an hour


class _RejectConnection(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast(asyncio.Transport, transport).abort()


def protocol_factory(runner: web.AppRunner, max_connections: int) -> Callable[[], asyncio.Protocol]:
    """For `loop.create_server`: connections beyond `max_connections` are reset. `runner` must be set up."""
    server = cast(web.Server, runner.server)
    return lambda: server() if len(server.connections) < max_connections else _RejectConnection()


def answer_deadline(seconds: float) -> Middleware:
    """Disconnects a client that does not receive its answer within `seconds`.

    It sends the answer itself, since aiohttp sends it only after the middlewares; aiohttp then finds nothing left to
    send. A static file is left to aiohttp, which would send it a second time; such files fit into a socket's buffer.
    """

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        if isinstance(response, web.Response):
            try:
                async with asyncio.timeout(seconds):
                    await response.prepare(request)
                    await response.write_eof()
            except (TimeoutError, ConnectionError):  # too slow, or it disconnected
                if request.transport:
                    request.transport.abort()
        return response

    return middleware


class RenderBudget:
    """Limits rendering to `share` of the event loop's time: one page at a time, and a pause after each.

    A page of 1,000 cameras blocks the loop, and so all cameras, for 50 ms.
    """

    def __init__(self, share: float) -> None:
        self._pause = 1 / share - 1  # as a multiple of the time that the page took
        self._lock = asyncio.Lock()
        self._resume = 0.0  # monotonic time

    @asynccontextmanager
    async def rendering(self) -> AsyncIterator[None]:
        """Waits until a page may be rendered."""
        async with self._lock:
            await asyncio.sleep(self._resume - time.monotonic())
            started = time.monotonic()
            try:
                yield
            finally:
                ended = time.monotonic()
                self._resume = ended + (ended - started) * self._pause
