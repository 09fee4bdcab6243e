"""The scenarios of `scripts/prove`, shortened. Nothing here depends on how fast or busy the machine is."""

from signal import SIGKILL, SIGTERM, Signals

import pytest

from cameras.simulator.faults import FAULTS
from tests.process import MAX_WAIT
from tests.proof.fleet import fleet
from tests.proof.outage import outage
from tests.proof.restarts import restarts
from tests.proof.soak import soak

pytestmark = pytest.mark.no_cover  # CPU time and memory are measured here, and coverage costs both


async def test_faulty_cameras_cost_healthy_ones_no_cycle() -> None:
    """And each fault has its error, its fallback and its stop."""
    async for row in fleet(healthy=60, faulty=len(FAULTS), interval=2, cycles=3, timeout=3):
        assert (row.lost, row.errors) == (0, 0), row


@pytest.mark.parametrize(("how", "intervals"), [("gone", 6), ("busy", 3), ("silent", 3)])
async def test_bucket_outage_stops_no_camera_and_all_recover(how: str, intervals: int) -> None:
    scenario = outage(how, cameras=20, interval=1.5, intervals=intervals, put_deadline=1)  # shorter than an interval
    (row,) = [row async for row in scenario]
    assert (row.lost, row.errors) == (0, 0), row


@pytest.mark.parametrize("number", [SIGKILL, SIGTERM])
def test_death_at_any_moment_leaves_no_partial_picture(number: Signals) -> None:
    (row,) = restarts(cameras=20, times=4, number=number, max_start=MAX_WAIT)
    assert row.due > 0
    assert row.lost == 0, row


async def test_nothing_accumulates_over_many_cycles() -> None:
    (row,) = [row async for row in soak(cameras=30, interval=1, cycles=12)]
    assert (row.lost, row.errors) == (0, 0), row
