import asyncio
import math
from collections.abc import AsyncIterator, Coroutine
from typing import Any

from cameras.watch.ticks import RAMP, Tick, camera_ticks, periodic, single_tick


class FakeTime(asyncio.SelectorEventLoop):
    """An event loop whose clock jumps to the next timer instead of waiting for it, and moves on a little as it is
    read, as real clocks do."""

    clock = 1000.0

    def time(self) -> float:
        self.clock += 1e-9
        return self.clock

    def _run_once(self) -> None:
        timers: list[asyncio.TimerHandle] = getattr(self, "_scheduled")  # noqa: B009
        if timers and not getattr(self, "_ready"):  # noqa: B009
            self.clock = max(self.clock, timers[0].when())
        super()._run_once()  # type: ignore[misc]


def _at(work: Coroutine[Any, Any, list[float]]) -> list[float]:
    with asyncio.Runner(loop_factory=FakeTime) as runner:
        return runner.run(work)


async def _begun(ticks: AsyncIterator[Tick], count: int, busy: float = 0.0) -> list[float]:
    """When each of the first `count` ticks came, in seconds from now, if each keeps us busy for `busy` seconds."""
    start = asyncio.get_running_loop().time()
    moments = []
    async for _ in ticks:
        moments.append(round(asyncio.get_running_loop().time() - start, 4))
        if len(moments) == count:
            break
        await asyncio.sleep(busy)
    return moments


def test_a_camera_has_one_turn_in_the_ramp_and_then_its_own_slot_in_every_interval() -> None:
    assert _at(_begun(camera_ticks(500, 1000, 300.0), 4)) == [20.0, 150.0, 450.0, 750.0]


def test_the_slots_do_not_drift_with_the_work() -> None:
    assert _at(_begun(camera_ticks(0, 10, 300.0), 4, busy=299.0)) == [0.0, 300.0, 600.0, 900.0]


def test_a_slot_missed_by_long_work_is_skipped_and_never_bunched_up() -> None:
    assert _at(_begun(periodic(10.0), 4, busy=25.0)) == [0.0, 30.0, 60.0, 90.0]


def test_a_camera_in_the_first_slot_begins_at_once() -> None:
    assert _at(_begun(camera_ticks(0, 1, 300.0), 2)) == [0.0, 300.0]


def test_a_thousand_cameras_begin_within_a_minute_and_never_in_a_herd() -> None:
    async def all_firsts() -> list[float]:
        async def first(position: int) -> list[float]:
            return await _begun(camera_ticks(position, 1000, 300.0), 2)

        return [moment for both in await asyncio.gather(*map(first, range(1000))) for moment in both]

    moments = _at(all_firsts())
    firsts = sorted(moments)
    assert max(moments[0::2]) < 60
    assert max(sum(second <= moment < second + 1 for moment in firsts) for second in range(300)) <= 2 * RAMP


def test_a_fleet_too_large_for_the_ramp_begins_on_its_grid() -> None:
    assert _at(_begun(camera_ticks(20_000, 40_000, 300.0), 2)) == [150.0, 450.0]


def test_a_tick_says_how_late_it_is_and_when_the_next_is_due() -> None:
    async def two() -> list[float]:
        found: list[float] = []
        async for tick in periodic(10.0, slot=4.0, ramp=1.0):
            found += [round(seconds, 4) for seconds in tick]
            if len(found) == 4:
                break
        return found

    assert _at(two()) == [0.0, 3.0, 0.0, 10.0]


def test_once_is_one_tick_in_the_ramp() -> None:
    assert _at(_begun(single_tick(50), 2)) == [2.0]
    assert math.isinf(Tick(0.0, math.inf).next_in)
