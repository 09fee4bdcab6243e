"""When each camera's slots are: on a fixed grid, not a pause after each cycle.

A camera's slots are one interval apart, so a picture is replaced just when its Expires passes. Its phase, the position
of its slots within the interval, depends only on its number, so no slot moves when other cameras come or go. Phases
follow the golden ratio, which spreads any number of cameras evenly. After a start each camera ticks once in a short
ramp, so that 1,000 cameras are fresh within a minute. Time is monotonic: setting the clock moves no slot.
"""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import NamedTuple

RAMP_RATE = 25.0  # cameras per second
GOLDEN_RATIO = (math.sqrt(5) - 1) / 2  # 0.618034

Clock = Callable[[], float]  # monotonic seconds
Sleep = Callable[[float], Awaitable[object]]


class Tick(NamedTuple):
    """The start of one cycle."""

    late: float  # seconds since its slot began
    next_in: float  # seconds until the next slot begins


def phase(number: int) -> float:
    """The start of camera `number`'s slots, as a fraction of the interval."""
    return number * GOLDEN_RATIO % 1.0


async def periodic(
    interval: float,
    slot: float = 0.0,
    ramp: float | None = None,
    *,
    origin: float | None = None,
    clock: Clock | None = None,
    sleep: Sleep = asyncio.sleep,
) -> AsyncIterator[Tick]:
    """A tick at `origin + slot` and every `interval` seconds after it; with `ramp`, one tick before the first of them.

    `origin` is a time of `clock`, by default now; `clock` is by default the event loop's. Slots that have passed, or
    that pass while the last tick is being worked on, are skipped. The extra tick comes `ramp` seconds from now unless
    a slot comes first; a slot less than a tenth of the interval after it is skipped.
    """
    now = clock or asyncio.get_running_loop().time
    start = now()
    first = slot + (start if origin is None else origin)

    def next_slot(time: float) -> int:
        """The number of the first slot at or after `time`."""
        return max(0, math.ceil((time - first) / interval))

    number = next_slot(start)
    if ramp is not None and start + ramp < first + number * interval:
        await sleep(ramp)
        number = next_slot(start + ramp + interval / 10)
        yield Tick(now() - start - ramp, first + number * interval - now())
        number = max(number, next_slot(now()))
    while True:
        due = first + number * interval
        await sleep(due - now())
        yield Tick(now() - due, due + interval - now())
        number = max(number + 1, next_slot(now()))


def camera_ticks(
    number: int,
    interval: float,
    *,
    position: int | None = None,
    origin: float | None = None,
    clock: Clock | None = None,
    sleep: Sleep = asyncio.sleep,
) -> AsyncIterator[Tick]:
    """The ticks of camera `number`, from 0, on the grid that started at `origin`.

    `position` is its place in the ramp of the cameras that start now, by default its number.
    """
    ramp = (number if position is None else position) / RAMP_RATE
    return periodic(interval, phase(number) * interval, ramp, origin=origin, clock=clock, sleep=sleep)


async def single_tick(number: int, *, sleep: Sleep = asyncio.sleep) -> AsyncIterator[Tick]:
    """One tick in the ramp, and no other."""
    await sleep(number / RAMP_RATE)
    yield Tick(0.0, 0.0)
