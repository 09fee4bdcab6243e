"""A put whose answer was not read may be applied later. No old live picture may stay because of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from cameras.camera import Address, Camera
from cameras.errors import Unreachable
from cameras.service import Metrics
from cameras.state import CameraMemory
from cameras.store import Uploads, open_store
from cameras.watch import Outage, Recorder, Roster, TransitionLog, Watcher, open_roster
from tests.fakes import Clock
from tests.store.late_bucket import LateBucket, Mode, late_bucket

CAMERAS = [Camera(str(number), "Axis", Address("10.0.0.1")) for number in range(10)]
INTERVAL = 0.2  # seconds
LATE_WINDOW = 1.0


class Scene:
    def __init__(self, bucket: LateBucket, roster: Roster) -> None:
        self.bucket, self.roster = bucket, roster
        self.dead = False

    def shown(self) -> set[str]:
        return set(self.bucket.objects.values())

    def all_stopped(self) -> bool:
        return all(status.stopped for status in self.roster.statuses.values())


@asynccontextmanager
async def scene(put_deadline: float, late_window: float = LATE_WINDOW) -> AsyncIterator[Scene]:
    """Ten cameras that are live, and have been for longer than the late window."""
    now = Clock()
    recorder = Recorder(now, Metrics(), CameraMemory(), Outage(now, min_cameras=100), TransitionLog())

    async def fetch(camera: Camera) -> bytes:
        if found.dead:
            raise Unreachable("connection refused")
        return b"a live picture"

    async with late_bucket() as bucket, open_store("s3://pictures", bucket.url, put_deadline) as store:
        uploads = Uploads(store, INTERVAL, recorder.metrics, grace=0.0)
        watcher = Watcher(fetch, uploads, b"the fallback", recorder, INTERVAL, max_failures=2, late_window=late_window)
        async with open_roster(watcher) as roster:
            found = Scene(bucket, roster)
            await roster.apply(CAMERAS)
            for status in roster.statuses.values():
                status.uncertain_until = None
            await until(lambda: len(bucket.objects) == 10 and found.shown() == {"live"})
            yield found


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110  the condition is on what many tasks did
            await asyncio.sleep(INTERVAL / 20)


@pytest.mark.parametrize(("mode", "deadline"), [("silent", 0.1), ("disconnecting", 5.0)])
async def test_late_put_leaves_no_old_picture(mode: Mode, deadline: float) -> None:
    """Given up on at the deadline, or lost and then successfully repeated: both may be applied later."""
    async with scene(deadline) as it:
        while it.bucket.held < 10:
            it.bucket.mode = mode
            await asyncio.sleep(INTERVAL / 50)
        it.dead, it.bucket.mode = True, "prompt"
        await until(lambda: it.shown() == {"fallback"})
        it.bucket.apply_held.set()
        await until(lambda: it.bucket.held == 0)
        assert it.bucket.applied_late.count("live") >= 10
        await until(it.all_stopped)
        assert it.shown() == {"fallback"}


async def test_without_the_late_window_old_pictures_would_stay() -> None:
    """The test above can fail."""
    async with scene(put_deadline=0.1, late_window=0.0) as it:
        while it.bucket.held < 10:
            it.bucket.mode = "silent"
            await asyncio.sleep(INTERVAL / 50)
        it.dead, it.bucket.mode = True, "prompt"
        await until(it.all_stopped)
        it.bucket.apply_held.set()
        await until(lambda: it.bucket.held == 0)
        assert "live" in it.shown()


async def test_camera_that_leaves_the_list_leaves_no_old_picture() -> None:
    async with scene(put_deadline=0.1) as it:
        while it.bucket.held < 10:
            it.bucket.mode = "silent"
            await asyncio.sleep(INTERVAL / 50)
        it.bucket.mode = "prompt"
        memory = it.roster.watcher.recorder.memory
        await it.roster.apply(CAMERAS[:1])
        await until(lambda: all(it.bucket.objects[camera.id] == "fallback" for camera in CAMERAS[1:]))
        it.bucket.apply_held.set()
        await until(lambda: it.bucket.held == 0)
        assert it.bucket.applied_late.count("live") >= 10
        await until(lambda: memory.published() == {"0"})
        assert {it.bucket.objects[camera.id] for camera in CAMERAS[1:]} == {"fallback"}
