import aiohttp
import pytest

from cameras.connection.connection import Connection
from cameras.errors import HttpError
from cameras.simulator.camera import SimulatedCamera


async def test_size_that_the_camera_cannot_scale_to_is_refused(session: aiohttp.ClientSession) -> None:
    async with SimulatedCamera("i-PRO") as camera:
        with pytest.raises(HttpError, match="400"):
            await Connection(camera.entry, session).get("/cgi-bin/camera?resolution=1000")
