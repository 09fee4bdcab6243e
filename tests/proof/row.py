"""What a scenario finds: a row of the table."""

import asyncio
from typing import NamedTuple

from tests.proof.watching import Watched, memory, open_files, peak

GROWTH = 1.03  # of memory, at most
SETTLED = 0.5  # seconds until the last connections are closed


class Row(NamedTuple):
    scenario: str
    due: int
    served: int
    lost: int
    late_p99: float  # milliseconds
    late_max: float
    errors: int
    memory: str  # MB before -> after (peak)
    files: str  # open files before -> after


class Held(NamedTuple):
    """What the process holds, apart from the bucket's pool of connections."""

    memory: float
    files: int
    tasks: int


async def held(bucket: str = "") -> Held:
    await asyncio.sleep(SETTLED)
    return Held(memory(), open_files(bucket), len(asyncio.all_tasks()))


def check_kept(before: Held, after: Held) -> None:
    """That nothing piled up."""
    assert after.memory <= before.memory * GROWTH, (before, after)
    assert after[1:] == before[1:], (before, after)


def figures(scenario: str, due: int, served: int, watched: Watched, errors: int, before: Held, after: Held) -> Row:
    return Row(
        scenario,
        due,
        served,
        due - served,
        watched.late(0.99),
        watched.late(1),
        errors,
        f"{before.memory:.1f} -> {after.memory:.1f} ({peak():.0f})",
        f"{before.files} -> {after.files}",
    )
