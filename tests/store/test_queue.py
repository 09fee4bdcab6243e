import asyncio
from datetime import UTC, datetime

import pytest

from cameras.camera import Address, Camera
from cameras.errors import StoreError
from cameras.store import Shown, Upload
from cameras.store.queue import UploadQueue

NOW = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)


def upload(id: str, kind: Shown = "live", size: int = 10) -> Upload:
    return Upload(Camera(id, "Axis", Address("10.0.0.1")), b"x" * size, kind, NOW, NOW)


class Puts:
    """Puts through a queue: each is under way until it is released."""

    def __init__(self, queue: UploadQueue) -> None:
        self.queue, self.started, self.release = queue, list[str](), asyncio.Event()

    async def put(self, upload: Upload) -> None:
        async with self.queue.place(upload):
            self.started.append(upload.camera.id)
            await self.release.wait()


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_placeholders_go_first() -> None:
    puts = Puts(UploadQueue(at_once=1))
    async with asyncio.TaskGroup() as group:
        for id, kind in (("1", "live"), ("2", "live"), ("3", "fallback"), ("4", "fallback")):
            group.create_task(puts.put(upload(id, "live" if kind == "live" else "fallback")))
        await settle()
        assert puts.started == ["1"]
        puts.release.set()
    assert puts.started == ["1", "3", "4", "2"]


async def test_live_pictures_beyond_the_limit_fail_at_once_and_are_certain() -> None:
    puts = Puts(UploadQueue(at_once=1, live_bytes=25))
    async with asyncio.TaskGroup() as group:
        for id in "12":
            group.create_task(puts.put(upload(id)))
        await settle()
        with pytest.raises(StoreError, match="of pictures are waiting for the store") as caught:
            await puts.put(upload("3"))
        assert caught.value.unanswered == 0
        group.create_task(puts.put(upload("4", "fallback", size=1000)))
        puts.release.set()
    await puts.put(upload("5"))
    assert puts.started == ["1", "4", "2", "5"]


async def test_live_picture_waits_no_longer_than_its_deadline() -> None:
    puts = Puts(UploadQueue(at_once=1, deadline=0.01))
    first = asyncio.create_task(puts.put(upload("1")))
    await settle()
    with pytest.raises(StoreError, match=r"not sent within 0\.01 s") as caught:
        await puts.put(upload("2"))
    assert caught.value.unanswered == 0
    waiting = asyncio.create_task(puts.put(upload("3", "fallback")))
    puts.release.set()
    await asyncio.gather(first, waiting)
    assert puts.started == ["1", "3"]


async def test_cancelled_uploads_give_their_places_back() -> None:
    puts = Puts(UploadQueue(at_once=2, live_bytes=1000))
    tasks = [asyncio.create_task(puts.put(upload(str(number)))) for number in range(20)]
    await settle()
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    puts.release.set()
    await asyncio.gather(*[puts.put(upload("a", size=500)), puts.put(upload("b", size=500))])
    assert puts.started == ["0", "1", "a", "b"]


async def test_place_handed_over_to_a_cancelled_upload_is_not_lost() -> None:
    puts = Puts(UploadQueue(at_once=1))
    first = asyncio.create_task(puts.put(upload("1")))
    second = asyncio.create_task(puts.put(upload("2")))
    await settle()
    puts.release.set()
    while not first.done():  # noqa: ASYNC110  the next step of the loop hands the place over
        await asyncio.sleep(0)
    second.cancel()
    await asyncio.wait([second])
    async with asyncio.timeout(10):
        await puts.put(upload("3"))


async def test_upload_cancelled_at_the_moment_that_a_place_is_free_ends_quietly() -> None:
    puts = Puts(UploadQueue(at_once=1))
    first, second = asyncio.create_task(puts.put(upload("1"))), asyncio.create_task(puts.put(upload("2")))
    await settle()
    puts.release.set()
    second.cancel()  # before the first, which goes on next, gives its place back
    await asyncio.wait([first, second])
    assert second.cancelled()
    await asyncio.wait_for(puts.put(upload("3")), timeout=10)  # the place is free again
    assert puts.started == ["1", "3"]
