import dataclasses

from cameras.connection import Client
from cameras.makes.generic import fetch
from cameras.thumbnail import thumbnail
from tests.typing import StartCamera


async def test_asks_for_the_listed_path_as_written(simulated: StartCamera, client: Client) -> None:
    camera = await simulated("Generic")
    await thumbnail(dataclasses.replace(camera.entry, path="/a%20b?size=1&x=%2F"), fetch, client, timeout=10)
    assert [each.target for each in camera.requests] == ["/a%20b?size=1&x=%2F"] * 2
