"""When each camera's turn comes: a fixed grid of time slots, not sleep-after-work.

Camera i of n owns the slots start + i/n · interval + k · interval, so that load is even and a picture is due just when
the last one's Expires passes. Ahead of its grid each camera has one turn in a short ramp, so that a restart refreshes
1,000 cameras within a minute. Time is the event loop's: setting the clock does not move the slots.
"""

import asyncio
import math
from collections.abc import AsyncIterator
from typing import NamedTuple

RAMP = 25.0  # cameras a second


class Tick(NamedTuple):
    """One turn. `late`: seconds since its slot began; `next_in`: seconds until the next slot begins."""

    late: float
    next_in: float


async def periodic(interval: float, slot: float = 0.0, ramp: float | None = None) -> AsyncIterator[Tick]:
    """A tick at `ramp` (if that is before `slot`), at `slot`, and every `interval` after it; seconds from now.

    A slot that passes while the last tick is still being worked on is skipped, never bunched up with the next.
    """
    now = asyncio.get_running_loop().time
    start = now()
    first, turn = start + slot, 0
    if ramp is not None and ramp < slot:
        await asyncio.sleep(ramp)
        yield Tick(now() - start - ramp, first - now())
        turn = max(0, math.ceil((now() - first) / interval))
    while True:
        due = first + turn * interval
        await asyncio.sleep(due - now())
        yield Tick(now() - due, due + interval - now())
        turn = max(turn + 1, math.ceil((now() - first) / interval))


def camera_ticks(position: int, fleet: int, interval: float) -> AsyncIterator[Tick]:
    """The ticks of camera number `position` of `fleet`."""
    slot, ramp = position / fleet * interval, position / RAMP
    if 0 < slot - ramp < interval / 10:  # nearly the same moment: the first turn serves for both
        slot += interval
    return periodic(interval, slot, ramp)


async def single_tick(position: int) -> AsyncIterator[Tick]:
    """One tick in the ramp, and no other."""
    await asyncio.sleep(position / RAMP)
    yield Tick(0.0, 0.0)
