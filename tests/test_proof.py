"""The scenarios of `scripts/prove`, shortened."""

from signal import SIGKILL, SIGTERM

import pytest

from cameras.simulator.faults import FAULTS
from tests.process import MAX_WAIT
from tests.proof.deaths import deaths
from tests.proof.fleet import fleet
from tests.proof.outage import outage
from tests.proof.soak import soak


async def test_ailing_cameras_cost_the_healthy_ones_no_slot_and_each_gets_its_due() -> None:
    async for row in fleet(healthy=60, ailing=len(FAULTS), interval=2, cycles=3):
        assert (row.lost, row.errors) == (0, 0), row


@pytest.mark.parametrize(("how", "intervals"), [("gone", 10), ("busy", 3), ("silent", 3)])
async def test_an_outage_of_the_bucket_stops_no_camera_and_all_are_live_within_an_interval(
    how: str, intervals: int
) -> None:
    deadline = 0.5  # an interval is longer than an upload can take, as in real life
    (row,) = [row async for row in outage(how, cameras=20, interval=2, intervals=intervals, put_deadline=deadline)]
    assert (row.lost, row.errors) == (0, 0), row


@pytest.mark.parametrize("number", [SIGKILL, SIGTERM])
def test_a_death_at_any_moment_leaves_no_half_picture(number: int) -> None:
    (row,) = deaths(cameras=20, times=4, number=SIGKILL if number == SIGKILL else SIGTERM, restart=MAX_WAIT)
    assert row.due > 0
    assert row.lost == 0, row


async def test_nothing_piles_up_over_many_cycles() -> None:
    (row,) = [row async for row in soak(cameras=60, interval=1, cycles=12)]
    assert (row.lost, row.errors) == (0, 0), row
