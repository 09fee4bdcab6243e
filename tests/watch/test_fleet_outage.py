"""An outage of the camera network loses no fleet, and what is dead is stopped all the same."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from cameras.camera import Address, Camera
from cameras.errors import CameraError, HttpError, Unreachable
from cameras.service import Metrics
from cameras.state import CameraMemory
from cameras.store import Uploads
from cameras.watch import Outage, Recorder, Roster, TransitionLog, Watcher, open_roster
from tests.fakes import MemoryStore

INTERVAL = 0.4  # seconds
CUT_OFF = Unreachable("no connection in time")


def now() -> datetime:
    return datetime.now(UTC)


class Network:
    """Cameras that answer unless `down` says otherwise."""

    def __init__(self, roster: Roster, recorder: Recorder) -> None:
        self.roster, self.recorder = roster, recorder
        self.down: Callable[[int], CameraError | None] = lambda _: None

    def states(self) -> dict[str, int]:
        states = [status.state for status in self.roster.statuses.values()]
        return {state: states.count(state) for state in set(states)}

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not true():  # noqa: ASYNC110  the condition is on what many tasks did
                await asyncio.sleep(INTERVAL / 40)

    async def intervals(self, count: int) -> None:
        """Until camera 0, which is always reachable, has had `count` more cycles."""
        outcomes = self.recorder.metrics.registry
        start = outcomes.get_sample_value("cctv_tick_lateness_seconds_count") or 0
        wanted = start + count * len(self.roster.statuses)
        await self.until(lambda: (outcomes.get_sample_value("cctv_tick_lateness_seconds_count") or 0) >= wanted)


@asynccontextmanager
async def network(cameras: int, max_failures: int = 5) -> AsyncIterator[Network]:
    recorder = Recorder(now, Metrics(), CameraMemory(), Outage(now, INTERVAL), TransitionLog())

    async def fetch(camera: Camera) -> bytes:
        if error := found.down(int(camera.id)):
            raise error
        return camera.id.encode() + str(now()).encode()

    async def tick() -> None:
        while True:
            await asyncio.sleep(INTERVAL)
            recorder.transitions.tick()
            recorder.outage.tick()

    uploads = Uploads(MemoryStore(), INTERVAL, recorder.metrics)
    watcher = Watcher(fetch, uploads, b"the fallback", recorder, INTERVAL, max_failures, late_window=0.0)
    async with open_roster(watcher) as roster:
        found = Network(roster, recorder)
        ticking = asyncio.create_task(tick())
        await roster.apply([Camera(str(number), "Axis", Address("10.0.0.1")) for number in range(cameras)])
        try:
            yield found
        finally:
            ticking.cancel()


@pytest.mark.parametrize("error", [CUT_OFF, HttpError(502, "Bad Gateway")])
async def test_fleet_cut_off_for_ten_intervals_loses_no_camera(
    error: CameraError, caplog: pytest.LogCaptureFixture
) -> None:
    """One camera is reachable another way, and one dies for good."""
    caplog.set_level(logging.INFO, "cameras")
    async with network(221) as it:
        await it.until(lambda: it.states() == {"live": 221})
        caplog.clear()
        it.down = lambda number: error if number else None
        await it.until(lambda: it.recorder.outage.active)
        await it.intervals(10)
        assert it.states() == {"live": 1, "failing": 220}
        it.down = lambda number: error if number == 7 else None
        await it.intervals(2)
        assert it.states() == {"live": 220, "failing": 1}
        await it.until(lambda: it.states() == {"live": 220, "stopped": 1})
        await it.until(lambda: "cameras are back after" in caplog.text)
    assert len(caplog.records) < 40
    assert "219 of 220 cameras are back after" in caplog.text


async def test_fifth_of_the_fleet_is_lost_only_after_max_failures() -> None:
    async with network(20, max_failures=8) as it:
        await it.until(lambda: it.states() == {"live": 20})
        it.down = lambda number: CUT_OFF if number < 4 else None
        await it.intervals(6)
        assert it.states() == {"live": 16, "failing": 4}
        await it.until(lambda: it.states() == {"live": 16, "stopped": 4})


async def test_fleet_of_three_stops_its_cameras() -> None:
    async with network(3) as it:
        await it.until(lambda: it.states() == {"live": 3})
        it.down = lambda _: CUT_OFF
        await it.until(lambda: it.states() == {"stopped": 3})


async def test_cameras_dead_for_long_are_stopped_and_hide_no_outage(caplog: pytest.LogCaptureFixture) -> None:
    async with network(50) as it:
        it.down = lambda number: CUT_OFF if number < 30 else None
        await it.until(lambda: it.states() == {"live": 20, "stopped": 30})
        assert not it.recorder.outage.active
        it.down = lambda number: CUT_OFF if number < 45 else None
        await it.until(lambda: it.recorder.outage.active)
        assert "cameras fail at once" in caplog.text
        await it.intervals(3)
        assert it.states() == {"live": 5, "failing": 15, "stopped": 30}
    assert timedelta(days=2) == it.recorder.outage.recent
