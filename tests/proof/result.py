"""What a scenario finds: a row of the table."""

from typing import NamedTuple

from tests.proof.measured import MeasuredFleet
from tests.proof.resources import Resources, peak


class Result(NamedTuple):
    scenario: str
    due: int  # cycles of healthy cameras
    served: int  # of these, with a live picture put
    lost: int
    skipped: int  # slots of healthy cameras that passed before their cycle began
    late_p99: float  # milliseconds from the start of the slot until the picture was put
    late_max: float
    errors: int  # cameras, or starts, that are not as expected
    memory: str  # MB before -> after (peak)
    files: str  # open files before -> after


def result(
    scenario: str,
    due: int,
    served: int,
    fleet: MeasuredFleet,
    errors: int,
    before: Resources,
    after: Resources,
    skipped: int | None = None,
) -> Result:
    """`skipped` None: as measured."""
    return Result(
        scenario,
        due,
        served,
        due - served,
        fleet.skipped if skipped is None else skipped,
        fleet.put_after(0.99),
        fleet.put_after(1),
        errors,
        f"{before.memory:.1f} -> {after.memory:.1f} ({peak():.0f})",
        f"{before.files} -> {after.files}",
    )
