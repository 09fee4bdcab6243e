import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace

import aiohttp
import pytest

from cameras.camera import Address, Camera, Login
from cameras.connection.connection import Connection
from cameras.errors import HttpError, LoginRejected, TooLarge, Unreachable
from cameras.net import resolver as resolver_module
from cameras.net.resolver import Resolver
from cameras.simulator.camera import SimulatedCamera
from cameras.thumbnail import thumbnail

Pretend = Callable[..., Awaitable[SimulatedCamera]]


async def test_the_first_target_that_is_not_refused_is_given(
    pretend: Pretend, session: aiohttp.ClientSession, picture: bytes
) -> None:
    camera = await pretend("Sarix", still=picture)
    assert await Connection(camera.camera, session).get("/nothing", "/jpeg?id=2", "/never") == picture
    assert [each.target for each in camera.requests] == ["/nothing", "/jpeg?id=2"]


async def test_a_busy_camera_is_not_asked_for_the_next_target(pretend: Pretend, session: aiohttp.ClientSession) -> None:
    camera = await pretend("Sarix", fault="busy")
    with pytest.raises(HttpError, match="503 busy") as caught:
        await Connection(camera.camera, session).get("/a", "/b")
    assert caught.value.status == 503
    assert len(camera.requests) == 1


async def test_a_body_over_the_limit_is_not_read_to_its_end(
    pretend: Pretend, session: aiohttp.ClientSession, picture: bytes
) -> None:
    camera = await pretend("Sarix", still=picture)
    with pytest.raises(TooLarge, match=f"more than {len(picture) - 1:,} bytes"):
        await Connection(camera.camera, session, body_limit=len(picture) - 1).get("/jpeg?id=2")
    assert await Connection(camera.camera, session, body_limit=len(picture)).get("/jpeg?id=2") == picture


async def test_a_wrong_password_is_sent_once(pretend: Pretend, session: aiohttp.ClientSession) -> None:
    camera = await pretend("Axis", fault="wrong password")
    with pytest.raises(LoginRejected, match="401 after Digest MD5"):
        await Connection(camera.camera, session).get("/a", "/b")
    assert camera.login_check.refused == 1
    assert len(camera.requests) == 2


@pytest.mark.parametrize("status", [403, 407])
async def test_a_login_answered_with_another_refusal_is_not_sent_to_the_next_target(
    session: aiohttp.ClientSession, status: int
) -> None:
    logins = 0

    async def answer(reader: asyncio.StreamReader, stream: asyncio.StreamWriter) -> None:
        nonlocal logins
        sent = b"Authorization: " in await reader.readuntil(b"\r\n\r\n")
        logins += sent
        head = b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n" % (status if sent else 401)
        stream.write(head + b'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"\r\n\r\n')
        stream.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        address = Address("127.0.0.1", server.sockets[0].getsockname()[1])
        connection = Connection(Camera("1", "Axis", address, Login("u", "p", "AXIS_USERNAME")), session)
        with pytest.raises(LoginRejected, match=f"{status} after Digest MD5"):
            await connection.get("/a", "/b", "/c")
    assert logins == 1


async def test_without_a_login_the_setting_to_set_is_named(pretend: Pretend, session: aiohttp.ClientSession) -> None:
    camera = (await pretend("Spectra Enhanced", fault="wrong password")).camera
    with pytest.raises(LoginRejected, match=r"wants 'Digest MD5' and none is set.*set SPECTRA_ENHANCED_USERNAME"):
        await Connection(camera, session).get("/a")


@pytest.mark.parametrize(("offers", "joined"), [(("Basic", "Digest MD5"), False), (("Basic", "Digest SHA-256"), True)])
async def test_basic_is_not_sent_where_digest_is_offered(
    pretend: Pretend, session: aiohttp.ClientSession, offers: tuple[str, ...], joined: bool
) -> None:
    camera = await pretend("New", still=b"picture")
    camera.login_check.offers, camera.login_check.joined = offers, joined
    assert await Connection(camera.camera, session).get("/") == b"picture"
    assert camera.requests[-1].headers["authorization"].startswith("Digest ")
    assert camera.login_check.refused == 0


async def test_the_request_asks_for_nothing_that_costs_the_camera(
    pretend: Pretend, session: aiohttp.ClientSession
) -> None:
    camera = await pretend("Sarix")
    await Connection(camera.camera, session).get("/jpeg?id=2")
    assert camera.requests[0].headers == {
        "host": f"127.0.0.1:{camera.port}",
        "user-agent": "cctv-images",
        "accept": "*/*",
        "accept-encoding": "identity",
        "connection": "close",
    }


async def test_an_ipv6_camera_is_reached(session: aiohttp.ClientSession) -> None:
    async def answer(_: asyncio.StreamReader, stream: asyncio.StreamWriter) -> None:
        stream.write(b"HTTP/1.0 200 OK\r\n\r\nsix")
        await stream.drain()
        stream.close()

    server = await asyncio.start_server(answer, "::1", 0)
    async with server:
        address = Address.parse(f"[::1]:{server.sockets[0].getsockname()[1]}")
        assert await Connection(Camera("1", "Sarix", address), session).get("/") == b"six"


async def test_a_name_that_leads_to_a_link_local_address_is_not_asked(
    session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", 80))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_: answers)
    with pytest.raises(Unreachable, match="its name leads to a link-local address"):
        await thumbnail(Camera("1", "Sarix", Address.parse("cam5")), session, timeout=10, retry_pause=0)


async def test_a_hanging_lookup_keeps_nobody_else_waiting(
    pretend: Pretend, session: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The healthy camera goes by a name as well."""
    released, camera = threading.Event(), (await pretend("Sarix")).camera
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", camera.address.port))]
    monkeypatch.setattr("socket.getaddrinfo", lambda host, *_: found if host == "healthy" else released.wait() and [])
    hanging = [
        asyncio.create_task(thumbnail(Camera(str(n), "Sarix", Address(f"cam{n}")), session, timeout=60))
        for n in range(60)
    ]
    await thumbnail(replace(camera, address=replace(camera.address, host="healthy")), session, timeout=10)
    assert await asyncio.to_thread(lambda: "the default executor is free") != ""
    for task in hanging:
        task.cancel()
    released.set()
    await asyncio.gather(*hanging, return_exceptions=True)


async def test_dead_names_give_their_turns_back_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    def look_up(host: str, *_: object) -> list[object]:
        if host == "dead":
            released.wait()
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.1.2.3", 80))]

    monkeypatch.setattr("socket.getaddrinfo", look_up)
    monkeypatch.setattr(resolver_module, "MAX_LOOKUPS", 2)
    monkeypatch.setattr(resolver_module, "LOOKUP_TIMEOUT", 0.2)
    resolver = Resolver()
    dead = [asyncio.create_task(resolver.resolve("dead")) for _ in range(2)]
    assert [each["host"] for each in await resolver.resolve("alive")] == ["10.1.2.3"]
    for task in dead:
        with pytest.raises(OSError, match="the name servers do not answer"):
            await task
    released.set()
