"""stale=true: when it is believed, and how many logins a wrong password costs."""

import asyncio
from dataclasses import replace

import pytest

from cameras.camera import Login
from cameras.connection import Client, Connection
from cameras.errors import LoginRejected
from cameras.simulator.camera import SimulatedCamera
from cameras.simulator.faults import FAULTS, Fault
from cameras.simulator.request import Request
from cameras.simulator.responses import HealthyCamera
from cameras.thumbnail import thumbnail
from config import Config
from tests.typing import StartCamera

CYCLES = Config().max_login_failures


async def fetch(camera: Connection) -> bytes:
    return await camera.get("/snapshot", "/fallback")


def logins(camera: SimulatedCamera) -> int:
    return sum("authorization" in each.headers for each in camera.requests)


async def test_stale_login_is_answered_once_more_in_the_same_cycle(simulated: StartCamera, client: Client) -> None:
    camera = await simulated("New", fault="stale once")
    for cycle in (1, 2, 3, 4):
        assert await thumbnail(camera.entry, fetch, client, timeout=10)
        assert logins(camera) == 2 * cycle
    assert camera.login_check.refused == 0


async def test_wrong_password_with_stale_true_costs_one_more_login(simulated: StartCamera, client: Client) -> None:
    camera = await simulated("New", fault="stale always")
    for _ in range(CYCLES):
        with pytest.raises(LoginRejected, match="401 after Digest MD5"):
            await thumbnail(camera.entry, fetch, client, timeout=10)
    assert logins(camera) == CYCLES + 1


async def test_new_nonce_without_stale_true_is_a_rejection(simulated: StartCamera, client: Client) -> None:
    camera = await simulated("New", fault="wrong password")
    with pytest.raises(LoginRejected):
        await thumbnail(camera.entry, fetch, client, timeout=10)
    assert logins(camera) == 1


async def test_stale_true_of_a_changed_login_is_believed(simulated: StartCamera, client: Client) -> None:
    camera = await simulated("New", fault="stale always")
    wrong = replace(camera.entry, login=Login("viewer", "guess", "TEST_USERNAME"))
    with pytest.raises(LoginRejected):
        await thumbnail(wrong, fetch, client, timeout=10)
    camera.fault = "stale once"
    assert await thumbnail(camera.entry, fetch, client, timeout=10)


async def test_stale_true_is_believed_again_after_an_accepted_login(simulated: StartCamera, client: Client) -> None:
    camera = await simulated("New", fault="stale always")
    with pytest.raises(LoginRejected):
        await thumbnail(camera.entry, fetch, client, timeout=10)
    camera.fault = ""
    assert await thumbnail(camera.entry, fetch, client, timeout=10)
    camera.fault = "stale once"
    assert await thumbnail(camera.entry, fetch, client, timeout=10)


async def test_stale_true_with_an_unanswerable_challenge_is_a_rejection(
    simulated: StartCamera, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def odd(camera: HealthyCamera, request: Request, stream: asyncio.StreamWriter) -> None:
        algorithm = "ROT13, stale=true" if "authorization" in request.headers else "MD5"
        challenge = f'Digest realm="r", nonce="n", qop="auth", algorithm={algorithm}'
        head = f"HTTP/1.1 401 No\r\nContent-Length: 0\r\nWWW-Authenticate: {challenge}\r\n\r\n"
        stream.write(head.encode())

    monkeypatch.setitem(FAULTS, "odd", Fault(odd, LoginRejected))
    camera = await simulated("New", fault="odd")
    with pytest.raises(LoginRejected, match="401 after Digest MD5"):
        await thumbnail(camera.entry, fetch, client, timeout=10)
    assert logins(camera) == 1
