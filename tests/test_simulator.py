"""A simulated camera must be as strict as a real one, or the tests against it prove nothing."""

import socket
from collections.abc import Awaitable, Callable

import aiohttp
import pytest

from cameras.commands.demo import _free_port
from cameras.connection import Connection
from cameras.errors import HttpError
from cameras.simulator.camera import SimulatedCamera
from cameras.simulator.fleet import FROZEN, FaultSchedule, _apply
from cameras.simulator.login import LoginCheck


@pytest.mark.parametrize(
    "authorization", ["Basic !!!", "Basic /w==", "Basic dTp3cm9uZw==", "Digest username=u", "Digest nc=x", "Bearer u:p"]
)
def test_a_malformed_or_wrong_login_is_refused_and_counted(authorization: str) -> None:
    gate = LoginCheck("u", "p", offers=("Basic", "Digest MD5"))
    assert not gate.accepts(authorization, "GET", "/")
    assert gate.refused == 1


async def test_a_replayed_digest_is_refused() -> None:
    async with SimulatedCamera("Axis") as camera, aiohttp.ClientSession() as session:
        fetched = await Connection(camera.camera, session).get("/axis-cgi/jpg/image.cgi")
        assert fetched.startswith(b"\xff\xd8\xff")
        used = camera.requests[-1]
        assert not camera.login_check.accepts(used.headers["authorization"], "GET", used.target)
    assert camera.login_check.refused == 1


async def test_a_size_that_the_camera_lacks_is_refused(
    pretend: Callable[..., Awaitable[SimulatedCamera]], session: aiohttp.ClientSession
) -> None:
    camera = await pretend("i-PRO")
    with pytest.raises(HttpError, match="400"):
        await Connection(camera.camera, session).get("/cgi-bin/camera?resolution=1000")


def test_a_frozen_camera_gives_the_same_picture_until_it_recovers() -> None:
    camera, spell = SimulatedCamera("Axis"), FaultSchedule(FROZEN, 1, 2)
    _apply(spell, camera, 0.5)
    frozen = camera.picture()
    _apply(spell, camera, 0.9)
    assert camera.picture() == frozen
    _apply(spell, camera, 1.5)
    assert camera.still == b""


def test_the_demo_takes_another_port_if_its_own_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert _free_port(taken.getsockname()[1]) != taken.getsockname()[1]
