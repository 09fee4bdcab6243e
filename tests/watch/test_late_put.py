"""A put whose answer was not read may be applied later. No old live picture may stay because of it.

The clock of the late window stands still until the late puts are applied, so that a slow machine does not end it early.
"""

import asyncio

import pytest

from tests.fakes import Clock
from tests.proof.late_put import CAMERAS, scene, until
from tests.store.late_bucket import Mode

INTERVAL = 0.2  # seconds
LATE_WINDOW = 900.0  # seconds of the test's clock


@pytest.mark.parametrize(("mode", "deadline"), [("silent", 0.1), ("disconnecting", 5.0)])
async def test_late_put_leaves_no_old_picture(mode: Mode, deadline: float) -> None:
    """Given up on at the deadline, or lost and then successfully repeated: both may be applied later."""
    clock = Clock()
    async with scene(INTERVAL, deadline, LATE_WINDOW, clock.seconds) as it:
        while it.bucket.held < 10:
            it.bucket.mode = mode
            await asyncio.sleep(INTERVAL / 50)
        it.dead, it.bucket.mode = True, "prompt"
        await until(lambda: it.shown() == {"fallback"})
        it.bucket.apply_held.set()
        await until(lambda: it.bucket.held == 0)
        assert it.bucket.applied_late.count("live") >= 10
        clock.forward(LATE_WINDOW)
        await until(it.all_stopped)
        assert it.shown() == {"fallback"}


async def test_without_the_late_window_old_pictures_would_stay() -> None:
    """The test above can fail."""
    async with scene(INTERVAL, put_deadline=0.1, late_window=0.0) as it:
        while it.bucket.held < 10:
            it.bucket.mode = "silent"
            await asyncio.sleep(INTERVAL / 50)
        it.dead, it.bucket.mode = True, "prompt"
        await until(it.all_stopped)
        it.bucket.apply_held.set()
        await until(lambda: it.bucket.held == 0)
        assert "live" in it.shown()


async def test_camera_that_leaves_the_list_leaves_no_old_picture() -> None:
    clock = Clock()
    async with scene(INTERVAL, 0.1, LATE_WINDOW, clock.seconds) as it:
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
        clock.forward(LATE_WINDOW)
        await until(lambda: memory.published() == {"0"})
        assert {it.bucket.objects[camera.id] for camera in CAMERAS[1:]} == {"fallback"}
