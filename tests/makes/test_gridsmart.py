import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import pytest

from cameras.errors import NotAnImage
from cameras.makes.gridsmart import MAX_LIST_BYTES
from cameras.simulator.camera import SimulatedCamera
from cameras.simulator.request import Request
from cameras.simulator.vendor_apis import MAC
from cameras.thumbnail import thumbnail


async def test_it_is_asked_over_https_for_its_list_and_then_for_the_first_camera_on_it(
    asked: Callable[[str], Awaitable[list[str]]],
) -> None:
    assert await asked("GRIDSMART") == [
        "/api/cameras",
        "/api/camera/00-1B-C5-09-A2-7F",
    ]


class LongListCamera(SimulatedCamera):
    """Its list has so many bytes before the first camera; it gives no picture."""

    def __init__(self, before: int) -> None:
        super().__init__("GRIDSMART")
        self.before = before

    def healthy(self, request: Request, stream: asyncio.StreamWriter) -> None:
        self.answer(stream, 200, b" " * self.before + MAC.encode())


@pytest.mark.parametrize(("before", "found"), [(MAX_LIST_BYTES - len(MAC), True), (MAX_LIST_BYTES, False)])
async def test_a_list_is_searched_up_to_its_limit_so_that_it_holds_up_no_other_camera(
    session: aiohttp.ClientSession, before: int, found: bool
) -> None:
    async with LongListCamera(before) as pretend:
        with pytest.raises(NotAnImage):
            await thumbnail(pretend.camera, session, timeout=10)
    assert (f"/api/camera/{MAC}" in [each.target for each in pretend.requests]) is found
