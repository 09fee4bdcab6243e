"""What the page's clients cannot do to the fleet."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import pairwise

import pytest
from aiohttp import web

from cameras.status_page import clients
from cameras.status_page.clients import RenderBudget, protocol_factory
from cameras.status_page.guard import guard_for

BIG = b"x" * 50_000_000  # more than any socket holds for a client that does not read


@asynccontextmanager
async def _page() -> AsyncIterator[tuple[int, web.Server]]:
    """A server behind the factory: its port, and what knows its connections."""

    async def big(_: web.Request) -> web.Response:
        return web.Response(body=BIG)

    async def small(_: web.Request) -> web.Response:
        return web.Response(text="well")

    app = web.Application(middlewares=[guard_for(None)])
    app.router.add_get("/big", big)
    app.router.add_get("/small", small)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    server = await asyncio.get_running_loop().create_server(protocol_factory(runner), "127.0.0.1", 0)
    assert runner.server
    yield server.sockets[0].getsockname()[1], runner.server
    server.close()
    await runner.cleanup()


async def _ask(port: int, path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, stream = await asyncio.open_connection("127.0.0.1", port)
    stream.write(b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n" % path.encode())
    return reader, stream


async def test_clients_over_the_limit_are_refused_until_one_leaves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(clients, "MAX_CONNECTIONS", 2)
    async with _page() as (port, _):
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


async def test_a_client_that_does_not_take_its_answer_is_left(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(clients, "ANSWER_DEADLINE", 0.2)
    async with _page() as (port, server):
        reader, stream = await _ask(port, "/big")
        assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
        async with asyncio.timeout(30):
            while server.connections:  # noqa: ASYNC110  it is the server that ends it
                await asyncio.sleep(0.01)
        with suppress(ConnectionResetError):
            assert len(await reader.read()) < len(BIG)
        stream.close()
    assert caplog.records == []


async def test_a_client_that_leaves_in_the_middle_of_its_answer_is_not_a_word_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with _page() as (port, server):
        reader, stream = await _ask(port, "/big")
        assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
        stream.transport.abort()
        async with asyncio.timeout(30):
            while server.connections:  # noqa: ASYNC110  it is the server that sees it leave
                await asyncio.sleep(0.01)
    assert caplog.records == []


async def test_pages_of_the_whole_fleet_take_a_tenth_of_the_time_at_the_most() -> None:
    pace, turns = RenderBudget(), []

    async def visit() -> None:
        async with pace.turn():
            begun = time.monotonic()
            time.sleep(0.01)  # noqa: ASYNC251  as long as a page holds the loop
            turns.append((begun, time.monotonic()))

    await asyncio.gather(*[visit() for _ in range(5)])
    for (begun, ended), (next_begun, _) in pairwise(turns):
        assert next_begun - ended >= (ended - begun) * 8.9
