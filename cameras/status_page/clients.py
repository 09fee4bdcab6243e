"""The page's clients, kept from using up what the cameras need: connections, and the event loop's time."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

from aiohttp import web

MAX_CONNECTIONS = 100  # connections at a time
KEEPALIVE_TIMEOUT = 60.0  # seconds; aiohttp's default is an hour
ANSWER_DEADLINE = 60.0  # seconds, for a client to take one answer
MAX_LOOP_SHARE = 0.1  # of the event loop's time, at most, for pages of the whole fleet


class _RejectConnection(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast(asyncio.Transport, transport).abort()


def protocol_factory(runner: web.AppRunner) -> Callable[[], asyncio.Protocol]:
    """For loop.create_server: at most MAX_CONNECTIONS clients at a time. `runner` must be set up."""
    server = cast(web.Server, runner.server)
    return lambda: server() if len(server.connections) < MAX_CONNECTIONS else _RejectConnection()


async def send(request: web.Request, response: web.StreamResponse) -> None:
    """Send it; a client that does not take it in time is left. Not a static file: a socket holds it whole, and aiohttp
    would send it a second time."""
    if not isinstance(response, web.Response):
        return
    try:
        async with asyncio.timeout(ANSWER_DEADLINE):
            await response.prepare(request)
            await response.write_eof()
    except (TimeoutError, ConnectionError):  # or it has left in the middle of it
        if request.transport:
            request.transport.abort()


class RenderBudget:
    """One page of the whole fleet at a time, and after each a rest: a page of 1,000 cameras holds all of them up for 50
    ms. A lone client hardly waits; a crowd waits for its turn, and the cameras do not."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._rested = 0.0  # by the monotonic clock

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        async with self._turn:
            await asyncio.sleep(self._rested - time.monotonic())
            begun = time.monotonic()
            try:
                yield
            finally:
                ended = time.monotonic()
                self._rested = ended + (ended - begun) * (1 / MAX_LOOP_SHARE - 1)
