import asyncio
import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

import pytest
from prometheus_client import generate_latest

from cameras.camera import Address, Camera, Login
from cameras.errors import CameraError, FetcherBug, LoginRejected, Unreachable
from cameras.service.metrics import Metrics
from cameras.state import CameraMemory
from cameras.store import Uploads
from cameras.watch import Status, Watcher
from cameras.watch.outage import Outage
from cameras.watch.recorder import Recorder
from cameras.watch.status import MAX_OUTCOMES
from cameras.watch.transitions import TransitionLog
from tests.fakes import Clock, MemoryStore, some_ticks

LIVE, OTHER, FALLBACK = b"a picture", b"another picture", b"the fallback"
OFFLINE = Unreachable("connection refused")
LOCKED = LoginRejected("401 after Digest MD5")


class CameraScript:
    """One camera and its answers, one for each cycle: a picture or an error."""

    def __init__(
        self, answers: Iterable[bytes | CameraError], max_failures: int = 5, max_login_failures: int = 3
    ) -> None:
        self.answers = iter(answers)
        self.requests = 0
        self.store, self.clock = MemoryStore(), Clock()
        self.status = Status(Camera("105", "Wisenet", Address("10.0.0.1")))
        self.uploads = Uploads(self.store, 300, Metrics(), self.clock.seconds)
        self.watcher = Watcher(
            self.fetch,
            self.uploads,
            FALLBACK,
            Recorder(self.clock, Metrics(), CameraMemory(), Outage(self.clock), TransitionLog()),
            clock=self.clock.seconds,
            max_failures=max_failures,
            max_login_failures=max_login_failures,
        )

    async def fetch(self, camera: Camera) -> bytes:
        self.requests += 1
        answer = next(self.answers)
        if isinstance(answer, CameraError):
            raise answer
        return answer

    async def cycles(self, count: int = 1) -> None:
        for _ in range(count):
            await self.watcher.refresh(self.status)
            self.clock.forward(300)


async def test_picture_expires_when_the_next_is_due() -> None:
    day = CameraScript([LIVE])
    uploaded = day.clock.time
    await day.cycles()
    (put,) = day.store.puts
    assert (put.name, put.content) == ("image/105.jpg", LIVE)
    assert put.expires == uploaded + timedelta(seconds=300)
    assert format_datetime(put.expires, usegmt=True) == "Thu, 05 Mar 2026 14:05:00 GMT"
    assert put.metadata == {"camera-id": "105", "captured-at": "2026-03-05T14:00:00+00:00", "state": "live"}
    assert (day.status.state, day.status.shown, day.status.last_live) == ("live", "live", uploaded)


async def test_fallback_is_put_once_until_the_next_live_picture() -> None:
    day = CameraScript([LIVE, OFFLINE, OFFLINE, LIVE, OFFLINE, OFFLINE])
    await day.cycles(6)
    assert day.store.states == ["live", "fallback", "live", "fallback"]
    assert day.store.puts[1].content == FALLBACK


async def test_camera_failing_from_the_start_shows_the_fallback() -> None:
    day = CameraScript([OFFLINE])
    await day.cycles()
    assert day.store.states == ["fallback"]


async def test_task_ends_after_max_failures_in_a_row() -> None:
    day = CameraScript([OFFLINE] * 9)
    await day.watcher.watch(day.status, some_ticks(9))
    assert day.requests == 5
    assert day.status.state == "stopped"


async def test_picture_resets_the_failure_count() -> None:
    day = CameraScript([OFFLINE, OFFLINE, OFFLINE, OFFLINE, LIVE, OFFLINE, OFFLINE, OFFLINE, OFFLINE])
    await day.cycles(9)
    assert (day.status.state, day.status.failures) == ("failing", 4)


async def test_rejected_logins_stop_a_camera_sooner() -> None:
    day = CameraScript([LOCKED] * 9)
    await day.watcher.watch(day.status, some_ticks(9))
    assert day.requests == 3
    assert day.status.stopped


async def test_only_rejected_logins_in_a_row_count_as_such() -> None:
    day = CameraScript([LOCKED, LOCKED, OFFLINE, LOCKED])
    await day.cycles(4)
    assert not day.status.stopped


async def test_picture_between_rejected_logins_resets_their_count() -> None:
    day = CameraScript([LOCKED, LOCKED, LIVE, LOCKED, LOCKED, LIVE])
    await day.cycles(6)
    assert (day.requests, day.status.state) == (6, "live")


async def test_store_outage_stops_no_camera_and_shows_no_fallback() -> None:
    day = CameraScript([LIVE] * 12)
    await day.cycles()
    day.store.out = True
    await day.cycles(10)
    assert (day.status.state, day.status.failures) == ("failing", 0)
    day.store.out = False
    await day.cycles()
    assert day.store.states == ["live", "live"]
    assert day.status.state == "live"


async def test_camera_is_stopped_only_once_its_fallback_is_shown() -> None:
    day = CameraScript([LIVE, *[OFFLINE] * 8, LIVE])
    await day.cycles()
    day.store.out = True
    await day.cycles(8)
    assert (day.status.stopped, day.status.shown) == (False, None)
    day.store.out = False
    await day.cycles()
    assert day.status.state == "live"


async def test_store_outage_does_not_raise_the_login_limit() -> None:
    day = CameraScript([LOCKED] * 9)
    day.store.out = True
    await day.cycles(6)
    assert day.requests == 3
    assert not day.status.stopped
    day.store.out = False
    await day.cycles()
    assert (day.requests, day.status.stopped, day.status.shown) == (3, True, "fallback")


async def test_fallback_is_put_again_after_a_failed_upload() -> None:
    day = CameraScript([OFFLINE, LIVE, OFFLINE])
    await day.cycles()
    day.store.out = True
    await day.cycles()
    day.store.out = False
    await day.cycles()
    assert day.store.states == ["fallback", "fallback"]


async def test_changes_are_logged_once_and_repetitions_not(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "cameras")
    day = CameraScript([LIVE, OTHER, OFFLINE, OFFLINE, OFFLINE, LIVE, OTHER, *[OFFLINE] * 5])
    await day.cycles(12)
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", f"camera 105 (Wisenet): {OFFLINE}"),
        ("INFO", "camera 105 (Wisenet): recovered after 15 min"),
        ("WARNING", f"camera 105 (Wisenet): {OFFLINE}"),
        ("ERROR", f"camera 105 (Wisenet): stopped: {OFFLINE}; then `cctv-images revive 105` tries it again"),
    ]


async def test_bug_is_logged_once_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    bug = FetcherBug("KeyError: '7'")
    bug.__cause__ = KeyError("7")
    day = CameraScript([bug, bug])
    await day.cycles(2)
    (record,) = caplog.records
    assert record.exc_info
    assert record.exc_info[0] is KeyError


async def test_frozen_camera_is_logged_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "cameras")
    day = CameraScript([LIVE, LIVE, LIVE, LIVE, LIVE, LIVE, OTHER])
    await day.cycles(3)
    assert not day.status.frozen
    await day.cycles(3)
    assert (day.status.frozen, day.status.state) == (True, "live")
    await day.cycles()
    assert not day.status.frozen
    assert [record.getMessage() for record in caplog.records] == [
        "camera 105 (Wisenet): frozen, the same picture 4 times in a row; restart the camera",
        "camera 105 (Wisenet): no longer frozen",
    ]


async def test_camera_that_freezes_in_a_store_outage_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    day = CameraScript([LIVE, LIVE, LIVE, LIVE, LIVE])
    day.store.out = True
    await day.cycles(4)
    day.store.out = False
    await day.cycles()
    assert day.status.frozen
    assert [text for text in caplog.messages if "frozen, the same picture 4 times" in text]


async def test_only_the_latest_outcomes_are_kept() -> None:
    day = CameraScript([OFFLINE, *[LIVE, OTHER] * 10])
    await day.cycles(2)
    failed, live = day.status.outcomes
    assert (failed.result, failed.text, failed.size) == ("Unreachable", str(OFFLINE), 0)
    assert (live.result, live.text, live.size) == ("live", "", len(LIVE))
    await day.cycles(18)
    assert len(day.status.outcomes) == MAX_OUTCOMES


async def test_next_attempt_is_known_until_the_camera_stops() -> None:
    day = CameraScript([LIVE, *[OFFLINE] * 5])
    await day.watcher.watch(day.status, some_ticks(1))
    assert day.status.next_attempt == day.clock.time + timedelta(seconds=300)
    await day.watcher.watch(day.status, some_ticks(5))
    assert day.status.stopped
    assert not day.status.next_attempt


async def test_attempts_are_counted_by_outcome_and_make() -> None:
    day = CameraScript([LIVE, OFFLINE, OFFLINE])
    await day.watcher.watch(day.status, some_ticks(3))
    lines = generate_latest(day.watcher.recorder.metrics.registry).decode().splitlines()
    for line in (
        'cctv_fetches_total{make="Wisenet",outcome="live"} 1.0',
        'cctv_fetches_total{make="Wisenet",outcome="unreachable"} 2.0',
        'cctv_fetch_seconds_count{make="Wisenet"} 3.0',
        f'cctv_picture_bytes_total{{make="Wisenet"}} {len(LIVE):.1f}',
        "cctv_tick_lateness_seconds_count 3.0",
    ):
        assert line in lines
    registry = day.watcher.recorder.metrics.registry
    assert registry.get_sample_value("cctv_last_success_timestamp_seconds") == day.clock.time.timestamp()


async def test_expires_follows_a_clock_that_is_set_back() -> None:
    day = CameraScript([LIVE, OTHER])
    await day.cycles()
    day.clock.forward(-3600)
    moved = day.clock.time
    await day.watcher.watch(day.status, some_ticks(1))  # ticks are monotonic: see test_ticks.py
    assert day.store.puts[-1].expires == moved + timedelta(seconds=300)
    assert day.status.next_attempt == moved + timedelta(seconds=300)


async def test_stored_error_refers_to_no_frames() -> None:
    day = CameraScript([OFFLINE])
    await day.cycles()
    assert day.status.error
    assert day.status.error.__traceback__ is None
    assert day.status.error.__cause__ is None


async def test_uncertain_live_put_repeats_the_fallback_until_it_is_too_old() -> None:
    """A put whose answer was not read may be applied later, over the fallback; S3 refuses it after 15 minutes."""
    day = CameraScript([LIVE, *[OFFLINE] * 9], max_failures=9)
    day.store.unanswered = 1
    await day.cycles()
    day.store.unanswered = 0
    await day.cycles(6)
    assert day.store.states == ["live", "fallback", "fallback", "fallback"]
    assert day.status.uncertain_until is None


async def test_failed_live_put_without_an_answer_is_uncertain() -> None:
    day = CameraScript([LIVE, *[OFFLINE] * 9], max_failures=9)
    day.store.out, day.store.unanswered = True, 1
    await day.cycles()
    day.store.out, day.store.unanswered = False, 0
    await day.cycles(6)
    assert day.store.states == ["fallback"] * 3


async def test_failed_live_put_that_was_never_sent_is_certain() -> None:
    day = CameraScript([LIVE, *[OFFLINE] * 9], max_failures=9)
    day.store.out = True
    await day.cycles()
    day.store.out = False
    await day.cycles(6)
    assert day.store.states == ["fallback"]


async def test_later_success_does_not_make_an_earlier_put_certain() -> None:
    day = CameraScript([LIVE, OTHER, *[OFFLINE] * 9], max_failures=9)
    day.store.unanswered = 1
    await day.cycles()
    day.store.unanswered = 0
    await day.cycles(5)
    assert day.store.states == ["live", "live", "fallback", "fallback"]


async def test_unanswered_fallback_needs_no_repetition() -> None:
    day = CameraScript([OFFLINE] * 9)
    day.store.unanswered = 1
    await day.cycles(4)
    assert day.store.states == ["fallback"]


async def test_camera_is_not_stopped_while_an_old_picture_may_return() -> None:
    day = CameraScript([LIVE, *[LOCKED] * 9])
    await day.cycles()
    day.status.uncertain_until = day.clock.seconds() + 1500
    await day.cycles(5)
    assert (day.requests, day.status.stopped) == (4, False)
    await day.cycles()
    assert (day.requests, day.status.stopped) == (4, True)
    assert day.store.states == ["live"] + ["fallback"] * 6


async def test_cancelled_put_is_uncertain() -> None:
    day = CameraScript([LIVE])
    day.store.hanging = True
    cycle = asyncio.create_task(day.watcher.refresh(day.status))
    await day.store.started.wait()
    day.uploads.grace = 0.0
    cycle.cancel()
    await asyncio.wait([cycle])
    assert day.status.uncertain_until == day.clock.seconds() + 900


async def test_failures_in_an_outage_of_the_fleet_do_not_count() -> None:
    day = CameraScript([LIVE, *[OFFLINE] * 20])
    others = [str(number) for number in range(9)]
    for id in others:
        day.watcher.recorder.outage.record_live(id, day.clock())
    await day.cycles()
    for id in others:
        day.watcher.recorder.outage.record_failure(id)
    await day.cycles(12)
    assert (day.status.stopped, day.status.shown) == (False, "fallback")
    for id in others:
        day.watcher.recorder.outage.record_live(id, day.clock())
    await day.cycles(4)
    stopped_early = day.status.stopped
    await day.cycles()
    assert (stopped_early, day.status.stopped) == (False, True)


async def test_rejected_logins_count_even_in_an_outage_of_the_fleet() -> None:
    day = CameraScript([LIVE, *[LOCKED] * 5])
    for number in range(9):
        day.watcher.recorder.outage.record_live(str(number), day.clock())
    for number in range(9):
        day.watcher.recorder.outage.record_failure(str(number))
    await day.watcher.watch(day.status, some_ticks(6))
    assert (day.requests, day.status.stopped) == (4, True)


async def test_recovery_after_an_outage_of_the_fleet_is_no_line_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "cameras")
    day = CameraScript([LIVE, OFFLINE, OTHER])
    for number in range(9):
        day.watcher.recorder.outage.record_live(str(number), day.clock())
    await day.cycles()
    for number in range(9):
        day.watcher.recorder.outage.record_failure(str(number))
    await day.cycles(2)
    assert day.status.state == "live"
    assert "recovered" not in caplog.text


async def test_picture_that_cannot_be_put_ends_the_row_of_failures_that_do_not_count() -> None:
    day = CameraScript([LIVE, *[OFFLINE] * 20, OTHER, *[OFFLINE] * 5])
    for number in range(9):
        day.watcher.recorder.outage.record_live(str(number), day.clock())
    await day.cycles()
    for number in range(9):
        day.watcher.recorder.outage.record_failure(str(number))
    await day.cycles(20)
    for number in range(9):
        day.watcher.recorder.outage.record_live(str(number), day.clock())
    day.store.out = True
    await day.cycles()
    day.store.out = False
    await day.cycles(5)
    assert day.status.stopped


async def test_failure_in_an_outage_of_the_fleet_is_no_line_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "cameras")
    day = CameraScript([LIVE, OFFLINE])
    for number in range(9):
        day.watcher.recorder.outage.record_live(str(number), day.clock())
    await day.cycles()
    for number in range(9):
        day.watcher.recorder.outage.record_failure(str(number))
    await day.cycles()
    assert day.status.state == "failing"
    assert "unreachable" not in caplog.text


async def test_rejections_are_remembered_and_a_picture_clears_them() -> None:
    day = CameraScript([LOCKED, LOCKED, LIVE, LOCKED])
    login = Login("viewer", "wrong", "CAMERA_USERNAME")
    day.status.camera = replace(day.status.camera, login=login)
    await day.cycles(2)
    assert len(await day.watcher.recorder.memory.rejections("105", login)) == 2
    await day.cycles()
    assert await day.watcher.recorder.memory.rejections("105", login) == []
    await day.cycles()
    assert await day.watcher.recorder.memory.rejections("105", login) == [day.clock.time - timedelta(seconds=300)]


async def test_id_is_remembered_as_published_before_its_first_picture() -> None:
    day = CameraScript([OFFLINE, LIVE])
    await day.cycles()
    assert day.watcher.recorder.memory.published() == set()
    day.store.out = True
    await day.cycles()
    assert day.watcher.recorder.memory.published() == {"105"}
