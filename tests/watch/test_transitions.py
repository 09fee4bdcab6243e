import logging

import pytest

from cameras.camera import Address, Camera
from cameras.watch.transitions import TransitionLog


def camera(number: int) -> Camera:
    return Camera(str(number), "Axis", Address("10.0.0.1"))


def test_changes_beyond_the_limit_are_one_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    transitions = TransitionLog(limit=2)
    for number in range(5):
        transitions.log(logging.WARNING, "started to fail", camera(number), "unreachable")
    transitions.log(logging.INFO, "recovered", camera(9), "recovered after 5 min")
    transitions.tick()
    transitions.tick()
    assert caplog.messages == [
        "camera 0 (Axis): unreachable",
        "camera 1 (Axis): unreachable",
        "camera 9 (Axis): recovered after 5 min",
        "and 3 more cameras started to fail: 2, 3, 4",
    ]
    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING", "INFO", "WARNING"]


def test_limit_holds_for_what_happens_around_a_tick(caplog: pytest.LogCaptureFixture) -> None:
    transitions = TransitionLog(limit=2)
    for number in range(5):
        if number == 1:
            transitions.tick()
        transitions.log(logging.WARNING, "started to fail", camera(number), "unreachable")
    transitions.tick()
    assert caplog.messages == [
        "camera 0 (Axis): unreachable",
        "camera 1 (Axis): unreachable",
        "and 3 more cameras started to fail: 2, 3, 4",
    ]


def test_after_a_quiet_interval_each_change_has_its_line_again(caplog: pytest.LogCaptureFixture) -> None:
    transitions = TransitionLog(limit=1)
    for _ in range(3):
        transitions.log(logging.WARNING, "started to fail", camera(1), "unreachable")
        transitions.tick()
        transitions.tick()
    assert caplog.messages == ["camera 1 (Axis): unreachable"] * 3


def test_lines_that_nobody_sees_take_no_place(caplog: pytest.LogCaptureFixture) -> None:
    transitions = TransitionLog(limit=1)
    transitions.log(logging.DEBUG, "started to fail", camera(1), "unreachable")
    transitions.log(logging.WARNING, "started to fail", camera(2), "login rejected")
    transitions.tick()
    assert caplog.messages == ["camera 2 (Axis): login rejected"]


def test_summary_of_many_lists_the_first_ids(caplog: pytest.LogCaptureFixture) -> None:
    transitions = TransitionLog(limit=0)
    for number in range(52):
        transitions.log(logging.ERROR, "were stopped", camera(number), "stopped")
    transitions.tick()
    assert caplog.messages[0].startswith("and 52 more cameras were stopped: 0, 1, 2,")
    assert caplog.messages[0].endswith("49 and 2 more")
