"""The requests of one fetch share a connection, and what happens if the camera does not keep it."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import pytest

from cameras.camera import Address, Camera, Login
from cameras.connection import Client, Connection
from cameras.errors import HttpError, LoginRejected, Unreachable
from cameras.simulator.camera import SimulatedCamera
from cameras.simulator.faults import FAULTS, Fault
from cameras.simulator.request import Request
from cameras.simulator.responses import HealthyCamera, reset_connection
from cameras.thumbnail import thumbnail
from tests.typing import StartCamera

UNAUTHORIZED = b'HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm="r", nonce="n", qop="auth"\r\n'


async def fetch(camera: Connection) -> bytes:
    return await camera.get("/snapshot")


async def fetch_either(camera: Connection) -> bytes:
    return await camera.get("/a", "/b")


async def picture_of(camera: SimulatedCamera, client: Client, timeout: float = 10) -> bytes:
    return await thumbnail(camera.entry, fetch, client, timeout, retry_pause=0)


def wire(camera: SimulatedCamera) -> list[tuple[int, bool]]:
    """For each request: how many came before it on its connection, and whether it carried a login."""
    return [(each.earlier, "authorization" in each.headers) for each in camera.requests]


async def test_login_is_sent_on_the_connection_that_asked_for_it(simulated: StartCamera, client: Client) -> None:
    camera = await simulated("New", fault="nonce bound to its connection")
    assert await picture_of(camera, client)
    assert wire(camera) == [(0, False), (1, True)]
    assert camera.login_check.refused == 0


@pytest.mark.parametrize("fault", ["resets a kept connection", "closes a kept connection"])
async def test_failed_kept_connection_starts_the_fetch_once_more(
    fault: str, simulated: StartCamera, client: Client
) -> None:
    camera = await simulated("New", fault=fault)
    assert await picture_of(camera, client)
    assert wire(camera) == [(0, False), (1, True), (0, False), (0, True)]


async def test_camera_that_ignores_a_kept_connection_is_live(
    simulated: StartCamera, client: Client, picture: bytes
) -> None:
    camera = await simulated("New", fault="ignores a kept connection", still=picture)
    assert await picture_of(camera, client, timeout=1)
    assert wire(camera) == [(0, False), (1, True), (0, False), (0, True)]


@pytest.mark.parametrize("fault", ["resets a kept connection", "ignores a kept connection"])
async def test_failed_kept_connection_is_remembered(
    fault: str, simulated: StartCamera, client: Client, picture: bytes
) -> None:
    camera = await simulated("New", fault=fault, still=picture)
    await picture_of(camera, client, timeout=1)
    camera.requests.clear()
    assert await picture_of(camera, client)
    assert wire(camera) == [(0, False), (0, True)]
    assert {each.headers["connection"] for each in camera.requests} == {"close"}


async def test_one_reset_of_a_proven_connection_is_not_remembered(
    simulated: StartCamera, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise an accident at the wrong moment would stop a camera that binds its nonces."""
    camera = await simulated("New", fault="nonce bound to its connection")
    await picture_of(camera, client)

    async def reset_once(healthy: HealthyCamera, request: Request, stream: asyncio.StreamWriter) -> None:
        if request.earlier:
            camera.fault = "nonce bound to its connection"
            reset_connection(stream)
        else:
            healthy.healthy(request, stream)

    monkeypatch.setitem(FAULTS, "accident", Fault(reset_once, None))
    camera.fault = "accident"
    camera.requests.clear()
    assert await picture_of(camera, client)
    assert wire(camera) == [(0, False), (1, True), (0, False), (1, True)]
    assert camera.login_check.refused == 0


async def test_proven_camera_that_resets_from_now_on_is_live_again(simulated: StartCamera, client: Client) -> None:
    camera = await simulated("New")
    await picture_of(camera, client)
    camera.fault = "resets a kept connection"
    with pytest.raises(Unreachable):
        await picture_of(camera, client)
    assert await picture_of(camera, client)


async def test_slow_answer_on_a_proven_connection_ends_at_the_deadline(
    simulated: StartCamera, client: Client, picture: bytes
) -> None:
    """Otherwise a login that may be wrong is sent twice in every cycle."""
    camera = await simulated("New", still=picture)
    await picture_of(camera, client)
    camera.fault = "ignores a kept connection"
    camera.requests.clear()
    with pytest.raises(Unreachable, match="no complete picture within"):
        await picture_of(camera, client, timeout=0.5)
    assert wire(camera) == [(0, False), (1, True)]


async def test_another_camera_at_the_same_address_is_not_affected(simulated: StartCamera, client: Client) -> None:
    camera = await simulated("New", fault="resets a kept connection")
    await picture_of(camera, client)
    other = Camera("2", "New", camera.entry.address, camera.entry.login)
    camera.requests.clear()
    await thumbnail(other, fetch, client, timeout=10)
    assert wire(camera)[:2] == [(0, False), (1, True)]


@pytest.mark.parametrize("fault", ["closes after each answer", "announces that it closes"])
async def test_camera_that_closes_after_each_answer_gets_one_login(
    fault: str, simulated: StartCamera, client: Client
) -> None:
    camera = await simulated("New", fault=fault)
    assert await picture_of(camera, client)
    assert camera.login_check.refused == 0
    assert (0, True) in wire(camera)


async def test_login_lost_twice_is_not_sent_again(client: Client) -> None:
    logins = 0

    async def answer(reader: asyncio.StreamReader, stream: asyncio.StreamWriter) -> None:
        nonlocal logins
        while not stream.is_closing():
            if b"Authorization: " in await reader.readuntil(b"\r\n\r\n"):
                logins += 1
                stream.transport.abort()
            else:
                stream.write(UNAUTHORIZED + b"Content-Length: 0\r\n\r\n")

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        camera = _camera(server.sockets[0].getsockname()[1])
        for expected in (2, 3):  # one more on the first day, one in each cycle from then on
            with pytest.raises(Unreachable, match="closed the connection without an answer"):
                await thumbnail(camera, fetch, client, timeout=10, retry_pause=0)
            assert logins == expected


@pytest.mark.parametrize(
    ("body", "connections"),
    [(b"Content-Length: 5\r\n\r\nlogin", 1), (b"Content-Length: 50000\r\n\r\nlogin", 2)],
)
async def test_connection_is_kept_after_a_short_401(client: Client, body: bytes, connections: int) -> None:
    opened = 0

    async def answer(reader: asyncio.StreamReader, stream: asyncio.StreamWriter) -> None:
        nonlocal opened
        opened += 1
        while not stream.is_closing():
            await reader.readuntil(b"\r\n\r\n")
            stream.write(UNAUTHORIZED + body)

    async with await asyncio.start_server(_until_closed(answer), "127.0.0.1", 0) as server:
        with pytest.raises(LoginRejected):
            await thumbnail(_camera(server.sockets[0].getsockname()[1]), fetch, client, timeout=10)
    assert opened == connections


async def test_second_request_with_one_nonce_is_no_replay(client: Client) -> None:
    counts: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, stream: asyncio.StreamWriter) -> None:
        while not stream.is_closing():
            head = await reader.readuntil(b"\r\n\r\n")
            if b"nc=" in head:
                counts.append(head.partition(b"nc=")[2][:8])
                stream.write(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")
            else:
                stream.write(UNAUTHORIZED + b"Content-Length: 0\r\n\r\n")

    async with await asyncio.start_server(_until_closed(answer), "127.0.0.1", 0) as server:
        with pytest.raises(HttpError):
            await thumbnail(_camera(server.sockets[0].getsockname()[1]), fetch_either, client, timeout=10)
    assert counts == [b"00000001", b"00000002"]


@pytest.mark.parametrize("keeps", [True, False])
async def test_connection_is_closed_before_the_next_is_opened(keeps: bool, client: Client) -> None:
    """And none outlives its fetch."""
    with one_at_a_time() as server:
        client.keeps_connections[camera := _camera(server.port)] = keeps
        for _ in range(20):
            with pytest.raises(LoginRejected):
                await thumbnail(camera, fetch, client, timeout=10)
            assert server.last
            assert not _is_open(server.last)
    assert server.connections == 40
    assert server.overlaps == 0


class OneAtATime:
    """A camera that answers one request per connection, with an unfinished 401, and counts early connections.

    It runs in a thread, so that it sees the order of the system's events and not of an event loop's.
    """

    def __init__(self) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listening.getsockname()[1]
        self.connections = 0
        self.last: socket.socket | None = None
        self.overlaps = 0  # connections opened before the last one was closed

    def serve(self) -> None:
        while True:
            try:
                stream, _ = self.listening.accept()
            except OSError:
                break
            if self.last:
                self.overlaps += _is_open(self.last)
                self.last.close()
            self.connections += 1
            self.last = stream
            stream.recv(10_000)
            stream.sendall(UNAUTHORIZED + b"Content-Length: 50000\r\n\r\nlogin")
        if self.last:
            self.last.close()


@contextmanager
def one_at_a_time() -> Iterator[OneAtATime]:
    server = OneAtATime()
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield server
    finally:
        server.listening.shutdown(socket.SHUT_RDWR)
        thread.join()
        server.listening.close()


def _is_open(stream: socket.socket) -> bool:
    stream.setblocking(False)
    try:
        return stream.recv(1) != b""
    except BlockingIOError:
        return True
    except ConnectionResetError:
        return False


def _camera(port: int) -> Camera:
    return Camera("1", "Axis", Address("127.0.0.1", port), Login("u", "p", "AXIS_USERNAME"))


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def _until_closed(serve: Serve) -> Serve:
    async def answer(reader: asyncio.StreamReader, stream: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, stream)
        except (asyncio.IncompleteReadError, ConnectionError):
            stream.close()

    return answer
