"""Puts that the bucket applies after their client has given up on them, at full durations."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from cameras.camera import Address, Camera
from cameras.errors import Unreachable
from cameras.service import Metrics
from cameras.state import CameraMemory
from cameras.store import Uploads, open_store
from cameras.watch import Outage, Recorder, Roster, TransitionLog, Watcher, open_roster
from tests.fakes import Clock
from tests.proof.result import Result
from tests.store.late_bucket import LateBucket, late_bucket

CAMERAS = [Camera(str(number), "Axis", Address("10.0.0.1")) for number in range(10)]


class Scene:
    def __init__(self, bucket: LateBucket, roster: Roster) -> None:
        self.bucket, self.roster = bucket, roster
        self.dead = False

    def shown(self) -> set[str]:
        return set(self.bucket.objects.values())

    def all_stopped(self) -> bool:
        return all(status.stopped for status in self.roster.statuses.values())


@asynccontextmanager
async def scene(
    interval: float, put_deadline: float, late_window: float, clock: Callable[[], float] = time.monotonic
) -> AsyncIterator[Scene]:
    """Ten cameras that are live, and have been for longer than the late window, which `clock` measures."""
    now = Clock()
    recorder = Recorder(now, Metrics(), CameraMemory(), Outage(now, min_cameras=100), TransitionLog())

    async def fetch(camera: Camera) -> bytes:
        if found.dead:
            raise Unreachable("connection refused")
        return b"a live picture"

    async with late_bucket() as bucket, open_store("s3://pictures", bucket.url, put_deadline) as store:
        uploads = Uploads(store, interval, recorder.metrics, grace=0.0)
        watcher = Watcher(fetch, uploads, b"the fallback", recorder, interval, 2, late_window=late_window, clock=clock)
        async with open_roster(watcher) as roster:
            found = Scene(bucket, roster)
            await roster.apply(CAMERAS)
            for status in roster.statuses.values():
                status.uncertain_until = None
            await until(lambda: len(bucket.objects) == 10 and found.shown() == {"live"}, 2 * interval + 20)
            yield found


async def until(true: Callable[[], bool], limit: float = 20.0) -> None:
    async with asyncio.timeout(limit):
        while not true():  # noqa: ASYNC110  the condition is on what many tasks did
            await asyncio.sleep(0.01)


async def late_puts(interval: float, put_deadline: float, late_window: float) -> AsyncIterator[Result]:
    """Ten cameras' live puts are given up on; the cameras die; 10 s before the signatures become too old, the bucket
    applies the old puts. Errors are cameras that show their old picture in the end."""
    async with scene(interval, put_deadline, late_window) as it:
        while it.bucket.held < len(CAMERAS):
            it.bucket.mode = "silent"
            await asyncio.sleep(interval / 50)
        it.dead, it.bucket.mode = True, "prompt"
        await until(lambda: it.shown() == {"fallback"}, 3 * interval)
        await asyncio.sleep(late_window - 4 * interval)
        it.bucket.apply_held.set()
        await until(lambda: it.bucket.held == 0)
        late = it.bucket.applied_late.count("live")
        await until(it.all_stopped, 10 * interval)
        errors = sum(state != "fallback" for state in it.bucket.objects.values()) + (late < len(CAMERAS))
    yield Result(f"{late} puts applied late, {late_window:g} s (10)", 0, 0, 0, 0, 0, 0, errors, "", "")
