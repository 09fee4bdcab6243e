import pytest

from cameras.errors import HttpError
from cameras.simulator.camera import SimulatedCamera
from tests.typing import Get


async def test_size_that_the_camera_cannot_scale_to_is_refused(get: Get) -> None:
    async with SimulatedCamera("i-PRO") as camera:
        with pytest.raises(HttpError, match="400"):
            await get(camera.entry, "/cgi-bin/camera?resolution=1000")
