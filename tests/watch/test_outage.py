import logging
from datetime import timedelta

import pytest

from cameras.watch.outage import Outage
from tests.fakes import Clock


def fleet_of(count: int, clock: Clock) -> Outage:
    """An outage of `count` cameras that are live now."""
    outage = Outage(clock)
    for number in range(count):
        outage.record_live(str(number), clock())
    return outage


def fail(outage: Outage, numbers: range) -> None:
    for number in numbers:
        outage.record_failure(str(number))


def test_outage_is_more_than_half_of_the_fleet() -> None:
    outage = fleet_of(10, Clock())
    seen = []
    for failing in (5, 6):
        fail(outage, range(failing))
        seen.append(outage.active)
    outage.record_live("0", outage.now())
    assert [*seen, outage.active] == [False, True, False]


def test_small_fleet_has_no_outage() -> None:
    outage = fleet_of(4, Clock())
    fail(outage, range(4))
    assert not outage.active


def test_cameras_that_were_never_live_are_no_part_of_it() -> None:
    outage = fleet_of(5, Clock())
    fail(outage, range(100, 200))
    assert not outage.active
    fail(outage, range(3))
    assert outage.active


def test_cameras_dead_for_two_days_are_no_part_of_it() -> None:
    clock = Clock()
    outage = fleet_of(20, clock)
    fail(outage, range(10))
    clock.forward(2 * 86400 + 1)
    for number in range(10, 20):
        outage.record_live(str(number), clock())
    outage.tick()
    fail(outage, range(10, 16))
    assert outage.active


def test_cameras_that_were_dead_for_two_days_before_the_start_are_no_part_of_it() -> None:
    clock = Clock()
    outage = fleet_of(5, clock)
    for number in range(100, 200):
        outage.record_live(str(number), clock() - timedelta(days=3))
    fail(outage, range(100, 200))
    assert not outage.active


def test_who_belongs_to_an_outage_does_not_change_while_it_lasts() -> None:
    clock = Clock()
    outage = fleet_of(10, clock)
    fail(outage, range(10))
    clock.forward(3 * 86400)
    outage.tick()
    assert outage.active


def test_own_failure_of_a_camera_is_not_the_networks() -> None:
    outage = fleet_of(10, Clock())
    fail(outage, range(6))
    outage.record_other_failure("0")
    assert not outage.active


def test_removed_cameras_are_no_part_of_it() -> None:
    outage = fleet_of(10, Clock())
    fail(outage, range(6))
    for number in range(2):
        outage.forget(str(number))
    assert not outage.active


def test_outage_is_logged_once_at_start_and_end(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock = Clock()
    outage = fleet_of(10, clock)
    fail(outage, range(9))
    for _ in range(5):
        clock.forward(300)
        fail(outage, range(9))
        outage.tick()
    for number in range(8):
        outage.record_live(str(number), clock())
    outage.tick()
    assert outage.started
    clock.forward(300)
    outage.tick()
    assert not outage.started
    assert caplog.messages == [
        "6 of 10 cameras fail at once; check the camera network. Until it is back their failures do not count",
        "8 of 9 cameras are back after 25 min",
    ]


def test_outage_that_returns_within_an_interval_is_one(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    outage = fleet_of(10, clock)
    for _ in range(5):
        fail(outage, range(10))
        for number in range(10):
            outage.record_live(str(number), clock())
        outage.tick()
        clock.forward(200)
    assert len(caplog.messages) == 1


def test_problem_names_the_figures_and_what_to_do() -> None:
    outage = fleet_of(10, Clock())
    assert outage.problem == ""
    fail(outage, range(7))
    assert outage.problem == "7 of 10 cameras fail at once since 14:00 UTC; check the camera network"
    assert timedelta(days=2) == outage.recent
