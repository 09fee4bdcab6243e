"""A simulated camera must be as strict as a real one, or the tests against it prove nothing."""

import pytest

from cameras.simulator.camera import SimulatedCamera
from cameras.simulator.login import LoginCheck
from tests.typing import Get


@pytest.mark.parametrize(
    "authorization", ["Basic !!!", "Basic /w==", "Basic dTp3cm9uZw==", "Digest username=u", "Digest nc=x", "Bearer u:p"]
)
def test_malformed_or_wrong_login_is_refused_and_counted(authorization: str) -> None:
    check = LoginCheck("u", "p", offers=("Basic", "Digest MD5"))
    assert not check.accepts(authorization, "GET", "/")
    assert check.refused == 1


async def test_replayed_digest_is_refused(get: Get) -> None:
    async with SimulatedCamera("Axis") as camera:
        picture = await get(camera.entry, "/axis-cgi/jpg/image.cgi")
    assert picture.startswith(b"\xff\xd8\xff")
    used = camera.requests[-1]
    assert not camera.login_check.accepts(used.headers["authorization"], "GET", used.target)
    assert camera.login_check.refused == 1


async def test_changed_login_check_keeps_its_nonces_and_count(get: Get) -> None:
    async with SimulatedCamera("New", fault="one-time nonces") as camera:
        camera.login_check.refused = 2
        assert await get(camera.entry, "/")
    assert camera.login_check.one_time
    assert camera.login_check.refused == 2
