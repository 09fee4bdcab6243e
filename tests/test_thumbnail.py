import asyncio
import errno
import socket

import aiohttp
import pytest

from cameras.camera import Address, Camera, Login
from cameras.connection import Client, Connection
from cameras.errors import FetcherBug, HttpError, InvalidResponse, LoginRejected, NotAnImage, TooLarge, Unreachable
from cameras.makes import find_make, make_names
from cameras.simulator.camera import SimulatedCamera
from cameras.simulator.faults import FAULTS, Fault, http_error
from cameras.simulator.request import Request
from cameras.simulator.responses import HealthyCamera
from cameras.thumbnail import thumbnail
from tests.typing import Serve, StartCamera

MAKES = make_names()


async def fetch(camera: Connection) -> bytes:
    return await camera.get("/jpeg?id=2")


@pytest.mark.parametrize("make", MAKES)
async def test_every_make_gives_a_complete_picture(make: str, simulated: StartCamera, client: Client) -> None:
    camera = await simulated(make)
    assert (await thumbnail(camera.entry, find_make(make).fetch, client, timeout=10)).startswith(b"\xff\xd8\xff")
    assert camera.login_check.refused == 0


@pytest.mark.parametrize(
    ("make", "fault"),
    [(make, name) for make in MAKES for name, fault in FAULTS.items() if SimulatedCamera(make).api.tls >= fault.tls],
)
async def test_every_fault_of_every_make_has_its_error(
    make: str, fault: str, simulated: StartCamera, client: Client
) -> None:
    camera = await simulated(make, fault=fault)
    _, expected, sentence, _ = FAULTS[fault]
    deadline = 1.0 if fault == "ignores a kept connection" else 0.2 if "within" in sentence else 10
    async with asyncio.timeout(2 * deadline + 5):
        if expected:
            with pytest.raises(expected) as caught:
                await thumbnail(camera.entry, find_make(make).fetch, client, deadline, retry_pause=0)
            assert type(caught.value) is expected
            assert (sentence if camera.entry.login or expected is not LoginRejected else "none is set") in str(
                caught.value
            )
            assert camera.login_check.password not in str(caught.value)
            assert str(caught.value).isprintable()
            assert len(str(caught.value)) < 300
        else:
            await thumbnail(camera.entry, find_make(make).fetch, client, deadline, retry_pause=0)
    rejected = 2 if fault.startswith("stale") else 1  # stale=true: the first was correct
    logins = sum("authorization" in each.headers for each in camera.requests)
    assert logins <= (rejected if expected is LoginRejected else 9)


async def test_failed_connection_gets_one_more_attempt(simulated: StartCamera, client: Client, picture: bytes) -> None:
    camera = await simulated("Sarix", fault="off")
    with pytest.raises(Unreachable):
        await thumbnail(camera.entry, fetch, client, timeout=10, retry_pause=0)
    assert len(camera.requests) == 2


@pytest.mark.parametrize("fault", ["busy", "throttling"])
@pytest.mark.parametrize("make", MAKES)
async def test_busy_camera_is_asked_once(make: str, fault: str, simulated: StartCamera, client: Client) -> None:
    camera = await simulated(make, fault=fault)
    with pytest.raises(HttpError):
        await thumbnail(camera.entry, find_make(make).fetch, client, timeout=10, retry_pause=0)
    assert len(camera.requests) == 1


@pytest.mark.parametrize("when", ["at once", "after the login"])
async def test_camera_redirect_is_not_followed(
    when: str, simulated: StartCamera, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does the login go to its target."""
    camera, other = await simulated("Axis", fault="redirect"), await simulated("Sarix")
    redirect = http_error(b"302 Found", "", b"Location: http://127.0.0.1:%d/" % other.port)

    async def act(camera: HealthyCamera, request: Request, stream: asyncio.StreamWriter) -> None:
        if when == "at once" or "authorization" in request.headers:
            await redirect.respond(camera, request, stream)
        else:
            camera.deny(stream)

    monkeypatch.setitem(FAULTS, "redirect", Fault(act, HttpError))
    with pytest.raises(HttpError, match="302 redirect, not followed"):
        await thumbnail(camera.entry, fetch, client, timeout=10)
    assert other.requests == []


async def test_bad_answer_gets_no_second_attempt(simulated: StartCamera, client: Client) -> None:
    camera = await simulated("Sarix", fault="HTML page")
    with pytest.raises(NotAnImage):
        await thumbnail(camera.entry, fetch, client, timeout=10, retry_pause=0)
    assert len(camera.requests) == 1


async def test_login_without_an_answer_is_not_sent_again(serve: Serve, client: Client) -> None:
    def answer(head: bytes) -> bytes:
        if b"Authorization: " in head:
            return b""
        return b'HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm="r"\r\nContent-Length: 0\r\n\r\n'

    camera = Camera("1", "Axis", await serve(answer), Login("u", "p", "AXIS_USERNAME"))
    with pytest.raises(Unreachable):
        await thumbnail(camera, fetch, client, timeout=10, retry_pause=0)
    assert sum(b"Authorization: " in head for head in serve.requests) == 1


async def test_error_of_several_addresses_does_not_show_them(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = "::ffff:255.255.255.255"  # TCP refuses a broadcast address before anything leaves the machine
    answers = [
        (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (nowhere, 1, 0, 0)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 1)),
    ]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_: answers)
    with pytest.raises(Unreachable, match=r"unreachable \(no address answered\)"):
        await thumbnail(Camera("1", "Sarix", Address.parse("cam5:1")), fetch, client, timeout=10, retry_pause=0)


async def test_closed_port_is_unreachable(client: Client) -> None:
    async with SimulatedCamera("Sarix") as camera:
        closed = camera.entry
    with pytest.raises(Unreachable, match=r"unreachable \(Connection refused\)"):
        await thumbnail(closed, fetch, client, timeout=10, retry_pause=0)


@pytest.mark.parametrize(
    "answer",
    [b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"],
)
async def test_response_that_is_not_http_is_invalid(answer: bytes, serve: Serve, client: Client) -> None:
    camera = Camera("1", "Sarix", await serve(lambda _: answer))
    with pytest.raises(InvalidResponse, match="answer is not proper HTTP"):
        await thumbnail(camera, fetch, client, timeout=10)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (aiohttp.ConnectionTimeoutError(), "no connection in time"),
        (aiohttp.ServerDisconnectedError(), "closed the connection without an answer"),
        (ConnectionResetError(errno.ECONNRESET, "10.0.0.1 has gone"), "Connection reset by peer"),
        (aiohttp.ClientError("10.0.0.1 has gone"), "ClientError"),
    ],
)
async def test_a_network_error_is_reported_without_the_address(error: Exception, sentence: str, client: Client) -> None:
    async def failing(camera: Connection) -> bytes:
        raise error

    with pytest.raises(Unreachable, match=rf"unreachable \({sentence}\)"):
        await thumbnail(Camera("7", "Broken", Address("127.0.0.1", 1)), failing, client, timeout=10, retry_pause=0)


async def test_bug_in_a_make_is_that_cameras_error(client: Client) -> None:
    async def broken(camera: Connection) -> bytes:
        raise KeyError(camera.path)

    with pytest.raises(FetcherBug, match="KeyError") as caught:
        await thumbnail(Camera("7", "Broken", Address("127.0.0.1", 1)), broken, client, timeout=10)
    assert isinstance(caught.value.__cause__, KeyError)


async def test_picture_over_the_limit_is_too_large(simulated: StartCamera, client: Client) -> None:
    camera = await simulated("Sarix", still=b"\xff\xd8\xff" + b"x" * 10_000_000)
    with pytest.raises(TooLarge, match="more than 10,000,000 bytes"):
        await thumbnail(camera.entry, fetch, client, timeout=10)
