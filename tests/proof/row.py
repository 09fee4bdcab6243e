"""What a scenario finds: a row of the table."""

import asyncio
import threading
from typing import NamedTuple

from tests.proof.watching import Watched, memory, open_files, peak

GROWTH = 1.03  # of memory, at most
PEAK = 1.5  # of memory, meanwhile
POOL = 50  # connections to the bucket that its client keeps open at most
SETTLED = 0.5  # seconds until the last connections are closed


class Row(NamedTuple):
    scenario: str
    due: int
    served: int
    lost: int
    late_p99: float  # milliseconds from the slot until the picture was put
    late_max: float
    errors: int
    memory: str  # MB before -> after (peak)
    files: str  # open files before -> after


class Resources(NamedTuple):
    """What the process holds; `files` without the connections to the bucket, the `pool`."""

    memory: float
    files: int
    tasks: int
    threads: int
    pool: int


async def held(bucket: str = "") -> Resources:
    await asyncio.sleep(SETTLED)
    files, pool = open_files(bucket)
    return Resources(memory(), files, len(asyncio.all_tasks()), threading.active_count(), pool)


def check_kept(before: Resources, after: Resources) -> None:
    """That nothing piled up."""
    assert after.memory <= before.memory * GROWTH, (before, after)
    assert peak() <= before.memory * PEAK, (before, peak())
    assert (after.files, after.tasks, after.threads) == (before.files, before.tasks, before.threads), (before, after)
    assert after.pool <= POOL, after


def figures(
    scenario: str, due: int, served: int, watched: Watched, errors: int, before: Resources, after: Resources
) -> Row:
    return Row(
        scenario,
        due,
        served,
        due - served,
        watched.done_within(0.99),
        watched.done_within(1),
        errors,
        f"{before.memory:.1f} -> {after.memory:.1f} ({peak():.0f})",
        f"{before.files} -> {after.files}",
    )
