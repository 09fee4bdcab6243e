import asyncio
import bisect
import itertools
import math
from collections.abc import AsyncIterator

import pytest

from cameras.watch.ticks import RAMP_RATE, Tick, camera_ticks, periodic, phase, single_tick
from tests.fakes import FakeTime


async def _starts(ticks: AsyncIterator[Tick], time: FakeTime, count: int, busy: float = 0.0) -> list[float]:
    """When each of the first `count` ticks came, in seconds from now, if the work at each takes `busy` seconds."""
    start, starts = time.now, list[float]()
    async for _ in ticks:
        starts.append(round(time.now - start, 2))
        if len(starts) == count:
            break
        await time.sleep(busy)
    return starts


def _camera_ticks(number: int, time: FakeTime) -> AsyncIterator[Tick]:
    return camera_ticks(number, 300.0, clock=time, sleep=time.sleep)


async def test_camera_ticks_in_the_ramp_then_in_its_slots() -> None:
    time = FakeTime()
    assert await _starts(_camera_ticks(2, time), time, 4) == [0.08, 70.82, 370.82, 670.82]


async def test_slot_before_the_ramp_serves_for_both() -> None:
    time = FakeTime()
    assert await _starts(_camera_ticks(500, time), time, 3) == [5.1, 305.1, 605.1]


async def test_ramp_precedes_the_slots() -> None:
    time = FakeTime()
    ticks = periodic(300.0, slot=150.0, ramp=20.0, clock=time, sleep=time.sleep)
    assert await _starts(ticks, time, 4) == [20.0, 150.0, 450.0, 750.0]


@pytest.mark.parametrize(("slot", "second"), [(49.9, 349.9), (50.0, 50.0), (20.0, 320.0), (19.9, 319.9)])
async def test_slot_just_after_the_ramp_is_skipped(slot: float, second: float) -> None:
    time = FakeTime()
    ticks = periodic(300.0, slot, ramp=20.0, clock=time, sleep=time.sleep)
    assert await _starts(ticks, time, 2) == [min(slot, 20.0), second]


async def test_slots_do_not_drift_with_the_work() -> None:
    time = FakeTime()
    assert await _starts(_camera_ticks(0, time), time, 4, busy=299.0) == [0.0, 300.0, 600.0, 900.0]


async def test_slot_missed_during_long_work_is_skipped() -> None:
    time = FakeTime()
    ticks = periodic(10.0, clock=time, sleep=time.sleep)
    assert await _starts(ticks, time, 4, busy=25.0) == [0.0, 30.0, 60.0, 90.0]


async def test_first_camera_starts_at_once() -> None:
    time = FakeTime()
    assert await _starts(_camera_ticks(0, time), time, 2) == [0.0, 300.0]


async def test_camera_added_later_joins_the_running_grid() -> None:
    time = FakeTime()
    origin = time.now
    time.now += 1000.0
    ticks = camera_ticks(2, 300.0, origin=origin, clock=time, sleep=time.sleep)
    assert await _starts(ticks, time, 3) == [0.08, 270.82, 570.82]


def _busiest_second(starts: list[float]) -> int:
    """The largest number of starts within any second."""
    starts = sorted(starts)
    return max(bisect.bisect_left(starts, start + 1) - place for place, start in enumerate(starts))


@pytest.mark.parametrize("count", [10, 100, 1_000, 10_000])
async def test_load_is_even_for_any_number_of_cameras(count: int) -> None:
    """Within any second at most one start above the ideal, and in the ramp as many more as its rate."""
    starts = list[list[float]]()
    for number in range(count):
        time = FakeTime()
        starts.append(await _starts(_camera_ticks(number, time), time, 4))
    steady = [start for start in itertools.chain(*starts) if 300 <= start < 900]
    assert len(steady) >= count * 2 - count // 10
    ideal = math.ceil(count / 300)
    assert _busiest_second(steady) <= ideal + 1
    assert _busiest_second(list(itertools.chain(*starts))) <= ideal + 2 + RAMP_RATE


async def test_thousand_cameras_start_within_a_minute() -> None:
    starts = list[float]()
    for number in range(1000):
        time = FakeTime()
        starts += await _starts(_camera_ticks(number, time), time, 1)
    assert max(starts) < 60


async def test_fleet_too_large_for_the_ramp_starts_on_its_grid() -> None:
    time = FakeTime()
    slot = round(phase(20_000) * 300, 2)
    assert slot < 20_000 / RAMP_RATE
    assert await _starts(_camera_ticks(20_000, time), time, 2) == [slot, slot + 300]


async def test_tick_tells_its_lateness_and_the_next_slot() -> None:
    time, fields = FakeTime(), list[float]()
    async for tick in periodic(10.0, slot=4.0, ramp=1.0, clock=time, sleep=time.sleep):
        fields += [round(seconds, 4) for seconds in tick]
        if len(fields) == 4:
            break
        time.lag = 0.25
    assert fields == [0.0, 3.0, 0.25, 9.75]


async def test_default_clock_is_the_event_loops() -> None:
    now = asyncio.get_running_loop().time
    origin = now()
    async for tick in periodic(60.0, slot=0.05, origin=origin):
        assert 0 <= tick.late < 50
        assert now() >= origin + 0.05
        break


async def test_single_tick_comes_in_the_ramp_once() -> None:
    time = FakeTime()
    assert await _starts(single_tick(50, sleep=time.sleep), time, 2) == [2.0]
