import logging
from collections.abc import Iterable
from datetime import timedelta
from email.utils import format_datetime

import pytest
from prometheus_client import generate_latest

from cameras.camera import Address, Camera
from cameras.errors import CameraError, FetcherBug, LoginRejected, Unreachable
from cameras.metrics import Metrics
from cameras.status import OUTCOMES, Status
from cameras.uploads import Uploads
from cameras.watch import Watcher
from tests.fakes import Clock, MemoryStore, some_ticks

LIVE, OTHER, FALLBACK = b"a picture", b"another picture", b"the fallback"
DARK = Unreachable("connection refused")
LOCKED = LoginRejected("401 after Digest MD5")


class Day:
    """One camera, and what it answers cycle by cycle: a picture, or an error."""

    def __init__(
        self, answers: Iterable[bytes | CameraError], max_failures: int = 5, max_login_failures: int = 3
    ) -> None:
        self.answers = iter(answers)
        self.asked = 0
        self.store, self.clock = MemoryStore(), Clock()
        self.status = Status(Camera("105", "Wisenet", Address("10.0.0.1")))
        self.uploads = Uploads(self.store, 300, Metrics(), self.clock.seconds)
        self.watcher = Watcher(
            self.fetch,
            self.uploads,
            FALLBACK,
            self.clock,
            Metrics(),
            max_failures=max_failures,
            max_login_failures=max_login_failures,
        )

    async def fetch(self, camera: Camera) -> bytes:
        self.asked += 1
        answer = next(self.answers)
        if isinstance(answer, CameraError):
            raise answer
        return answer

    async def cycles(self, count: int = 1) -> None:
        for _ in range(count):
            await self.watcher.refresh(self.status)
            self.clock.forward(300)


async def test_a_picture_expires_when_the_next_one_is_due() -> None:
    day = Day([LIVE])
    uploaded = day.clock.time
    await day.cycles()
    (put,) = day.store.puts
    assert (put.name, put.image) == ("image/105.jpg", LIVE)
    assert put.expires == uploaded + timedelta(seconds=300)
    assert format_datetime(put.expires, usegmt=True) == "Thu, 05 Mar 2026 14:05:00 GMT"
    assert put.metadata == {"camera-id": "105", "captured-at": "2026-03-05T14:00:00+00:00", "state": "live"}
    assert (day.status.state, day.status.shown, day.status.last_live) == ("live", "live", uploaded)


async def test_the_fallback_is_put_once_until_a_live_picture_has_been_shown() -> None:
    day = Day([LIVE, DARK, DARK, LIVE, DARK, DARK])
    await day.cycles(6)
    assert day.store.states == ["live", "fallback", "live", "fallback"]
    assert day.store.puts[1].image == FALLBACK


async def test_a_camera_that_is_dark_from_the_start_shows_the_fallback() -> None:
    day = Day([DARK])
    await day.cycles()
    assert day.store.states == ["fallback"]


async def test_after_max_failures_in_a_row_the_task_ends() -> None:
    day = Day([DARK] * 9)
    await day.watcher.watch(day.status, some_ticks(9))
    assert day.asked == 5
    assert day.status.state == "stopped"


async def test_a_picture_in_between_resets_the_count() -> None:
    day = Day([DARK, DARK, DARK, DARK, LIVE, DARK, DARK, DARK, DARK])
    await day.cycles(9)
    assert (day.status.state, day.status.failures) == ("failing", 4)


async def test_rejected_logins_stop_sooner_for_cameras_lock_the_poller_out() -> None:
    day = Day([LOCKED] * 9)
    await day.watcher.watch(day.status, some_ticks(9))
    assert day.asked == 3
    assert day.status.stopped


async def test_only_rejected_logins_in_a_row_count_as_such() -> None:
    day = Day([LOCKED, LOCKED, DARK, LOCKED])
    await day.cycles(4)
    assert not day.status.stopped


async def test_a_picture_between_rejected_logins_resets_their_count() -> None:
    day = Day([LOCKED, LOCKED, LIVE, LOCKED, LOCKED, LIVE])
    await day.cycles(6)
    assert (day.asked, day.status.state) == (6, "live")


async def test_an_outage_of_the_store_stops_no_camera_and_shows_no_fallback() -> None:
    day = Day([LIVE] * 12)
    await day.cycles()
    day.store.out = True
    await day.cycles(10)
    assert (day.status.state, day.status.failures) == ("failing", 0)
    day.store.out = False
    await day.cycles()
    assert day.store.states == ["live", "live"]
    assert day.status.state == "live"


async def test_a_dark_camera_is_not_stopped_before_its_fallback_is_up() -> None:
    day = Day([LIVE, *[DARK] * 8, LIVE])
    await day.cycles()
    day.store.out = True
    await day.cycles(8)
    assert (day.status.stopped, day.status.shown) == (False, None)
    day.store.out = False
    await day.cycles()
    assert day.status.state == "live"


async def test_while_the_store_is_out_no_login_is_sent_beyond_the_limit() -> None:
    day = Day([LOCKED] * 9)
    day.store.out = True
    await day.cycles(6)
    assert day.asked == 3
    assert not day.status.stopped
    day.store.out = False
    await day.cycles()
    assert (day.asked, day.status.stopped, day.status.shown) == (3, True, "fallback")


async def test_after_an_upload_of_unknown_outcome_the_fallback_is_put_again() -> None:
    day = Day([DARK, LIVE, DARK])
    await day.cycles()
    day.store.out = True
    await day.cycles()
    day.store.out = False
    await day.cycles()
    assert day.store.states == ["fallback", "fallback"]


async def test_one_line_for_each_change_and_none_for_a_repetition(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "cameras")
    day = Day([LIVE, OTHER, DARK, DARK, DARK, LIVE, OTHER, *[DARK] * 5])
    await day.cycles(12)
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", f"camera 105 (Wisenet): {DARK}"),
        ("INFO", "camera 105 (Wisenet): live again, after 15 min"),
        ("WARNING", f"camera 105 (Wisenet): {DARK}"),
        ("ERROR", f"camera 105 (Wisenet): stopped until the next restart, last error: {DARK}"),
    ]


async def test_a_bug_is_logged_with_its_traceback_once(caplog: pytest.LogCaptureFixture) -> None:
    bug = FetcherBug("KeyError: '7'")
    bug.__cause__ = KeyError("7")
    day = Day([bug, bug])
    await day.cycles(2)
    (record,) = caplog.records
    assert record.exc_info
    assert record.exc_info[0] is KeyError


async def test_a_camera_that_always_gives_the_same_picture_is_frozen_and_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "cameras")
    day = Day([LIVE, LIVE, LIVE, LIVE, LIVE, LIVE, OTHER])
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


async def test_a_camera_that_freezes_while_the_store_is_out_is_told_all_the_same(
    caplog: pytest.LogCaptureFixture,
) -> None:
    day = Day([LIVE, LIVE, LIVE, LIVE, LIVE])
    day.store.out = True
    await day.cycles(4)
    day.store.out = False
    await day.cycles()
    assert day.status.frozen
    assert [text for text in caplog.messages if "frozen, the same picture 4 times" in text]


async def test_the_last_outcomes_are_remembered_and_no_more() -> None:
    day = Day([DARK, *[LIVE, OTHER] * 10])
    await day.cycles(2)
    dark, live = day.status.outcomes
    assert (dark.result, dark.text, dark.size) == ("Unreachable", str(DARK), 0)
    assert (live.result, live.text, live.size) == ("live", "", len(LIVE))
    await day.cycles(18)
    assert len(day.status.outcomes) == OUTCOMES


async def test_the_next_try_is_known_until_the_camera_is_stopped() -> None:
    day = Day([LIVE, *[DARK] * 5])
    await day.watcher.watch(day.status, some_ticks(1))
    assert day.status.next_try == day.clock.time + timedelta(seconds=300)
    await day.watcher.watch(day.status, some_ticks(5))
    assert day.status.stopped
    assert not day.status.next_try


async def test_every_try_is_counted_by_outcome_and_make() -> None:
    day = Day([LIVE, DARK, DARK])
    await day.watcher.watch(day.status, some_ticks(3))
    lines = generate_latest(day.watcher.metrics.registry).decode().splitlines()
    for line in (
        'cctv_fetches_total{make="Wisenet",outcome="live"} 1.0',
        'cctv_fetches_total{make="Wisenet",outcome="Unreachable"} 2.0',
        'cctv_fetch_seconds_count{make="Wisenet"} 3.0',
        f'cctv_picture_bytes_total{{make="Wisenet"}} {len(LIVE):.1f}',
        "cctv_tick_lateness_seconds_count 3.0",
    ):
        assert line in lines
    registry = day.watcher.metrics.registry
    assert registry.get_sample_value("cctv_last_success_timestamp_seconds") == day.clock.time.timestamp()


async def test_setting_the_clock_back_moves_no_slot_and_expires_follows_it() -> None:
    day = Day([LIVE, OTHER])
    await day.cycles()
    day.clock.forward(-3600)
    moved = day.clock.time
    await day.watcher.watch(day.status, some_ticks(1))  # the ticks are the event loop's: see test_ticks.py
    assert day.store.puts[-1].expires == moved + timedelta(seconds=300)
    assert day.status.next_try == moved + timedelta(seconds=300)


async def test_a_remembered_error_holds_on_to_nothing() -> None:
    day = Day([DARK])
    await day.cycles()
    assert day.status.error
    assert day.status.error.__traceback__ is None
    assert day.status.error.__cause__ is None
