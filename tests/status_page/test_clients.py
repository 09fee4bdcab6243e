"""What the page's clients cannot do to the fleet."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import pairwise

import pytest
from aiohttp import web

from cameras.status_page.clients import Limits, RenderBudget, answer_deadline, protocol_factory

BIG = b"x" * 50_000_000  # more than the socket buffers of a client that does not read can hold


@asynccontextmanager
async def _page(limits: Limits) -> AsyncIterator[tuple[int, web.Server]]:
    """A server with these limits: its port, and what knows its connections."""

    async def big(_: web.Request) -> web.Response:
        return web.Response(body=BIG)

    async def small(_: web.Request) -> web.Response:
        return web.Response(text="small")

    app = web.Application(middlewares=[answer_deadline(limits.answer_deadline)])
    app.router.add_get("/big", big)
    app.router.add_get("/small", small)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    factory = protocol_factory(runner, limits.max_connections)
    server = await asyncio.get_running_loop().create_server(factory, "127.0.0.1", 0)
    assert runner.server
    yield server.sockets[0].getsockname()[1], runner.server
    server.close()
    await runner.cleanup()


async def _ask(port: int, path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, stream = await asyncio.open_connection("127.0.0.1", port)
    stream.write(b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % path.encode())
    return reader, stream


async def test_clients_over_the_limit_are_refused_until_one_leaves() -> None:
    async with _page(Limits(max_connections=2)) as (port, _):
        inside = [await _ask(port, "/small") for _ in range(2)]
        assert [await reader.readline() for reader, _ in inside] == [b"HTTP/1.1 200 OK\r\n"] * 2
        assert not await _is_served(port)
        inside[0][1].close()
        async with asyncio.timeout(30):
            while not await _is_served(port):
                pass
        inside[1][1].close()


async def _is_served(port: int) -> bool:
    reader, stream = await _ask(port, "/small")
    try:
        return await reader.readline() == b"HTTP/1.1 200 OK\r\n"
    except ConnectionResetError:
        return False
    finally:
        stream.close()


async def test_client_that_does_not_read_is_disconnected(caplog: pytest.LogCaptureFixture) -> None:
    async with _page(Limits(answer_deadline=0.2)) as (port, server):
        reader, stream = await _ask(port, "/big")
        assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
        async with asyncio.timeout(30):
            while server.connections:  # noqa: ASYNC110  it is the server that ends it
                await asyncio.sleep(0.01)
        with suppress(ConnectionResetError):
            assert len(await reader.read()) < len(BIG)
        stream.close()
    assert caplog.records == []


async def test_client_disconnect_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    async with _page(Limits()) as (port, server):
        reader, stream = await _ask(port, "/big")
        assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
        stream.transport.abort()
        async with asyncio.timeout(30):
            while server.connections:  # noqa: ASYNC110  it is the server that sees it leave
                await asyncio.sleep(0.01)
    assert caplog.records == []


async def test_rendering_takes_at_most_its_share_of_the_loop() -> None:
    budget, pages = RenderBudget(0.1), []

    async def render() -> None:
        async with budget.rendering():
            started = time.monotonic()
            time.sleep(0.01)  # noqa: ASYNC251  as a page blocks the loop
            pages.append((started, time.monotonic()))

    await asyncio.gather(*[render() for _ in range(5)])
    for (started, ended), (next_started, _) in pairwise(pages):
        assert next_started - ended >= (ended - started) * 8.9
