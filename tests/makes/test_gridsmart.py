import asyncio

import pytest

from cameras.connection import Client
from cameras.errors import NotAnImage
from cameras.makes.gridsmart import MAX_LIST_BYTES, fetch
from cameras.simulator.camera import SimulatedCamera
from cameras.simulator.request import Request
from cameras.simulator.vendor_apis import MAC
from cameras.thumbnail import thumbnail
from tests.typing import Asked


async def test_asks_for_the_list_then_for_its_first_camera(asked: Asked) -> None:
    assert await asked("GRIDSMART") == [
        "/api/cameras",
        "/api/camera/00-1B-C5-09-A2-7F",
    ]


class LongListCamera(SimulatedCamera):
    """Its list has `before` bytes before the first camera; it gives no picture."""

    def __init__(self, before: int) -> None:
        super().__init__("GRIDSMART")
        self.before = before

    def healthy(self, request: Request, stream: asyncio.StreamWriter) -> None:
        self.answer(stream, 200, b" " * self.before + MAC.encode())


@pytest.mark.parametrize(("before", "found"), [(MAX_LIST_BYTES - len(MAC), True), (MAX_LIST_BYTES, False)])
async def test_list_is_searched_up_to_a_limit(client: Client, before: int, found: bool) -> None:
    async with LongListCamera(before) as camera:
        with pytest.raises(NotAnImage):
            await thumbnail(camera.entry, fetch, client, timeout=10)
    assert (f"/api/camera/{MAC}" in [each.target for each in camera.requests]) is found
