import asyncio
import contextlib
import logging
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from cameras.camera import Address, Camera
from cameras.errors import StoreError
from cameras.service.metrics import Metrics
from cameras.store import Upload, Uploads
from tests.fakes import Clock, MemoryStore

NOW = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)
LIVE = Upload(Camera("1", "Axis", Address("10.0.0.1")), b"x", "live", NOW, NOW + timedelta(minutes=5))


async def test_outage_is_logged_once_at_start_and_end(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "cameras")
    store, clock = MemoryStore(), Clock()
    uploads = Uploads(store, 300, Metrics(), clock.seconds)
    store.out = True
    for _ in range(100):
        with pytest.raises(StoreError):
            await uploads.put(LIVE)
        clock.forward(30)
    assert uploads.failed == 100
    store.out = False
    for _ in range(100):
        await uploads.put(LIVE)
        clock.forward(30)
    assert not uploads.error
    assert caplog.messages == [
        "uploads are failing: bucket: SlowDown; wait; each camera retries at its next slot",
        "uploads recovered after 50 min; 100 failed",
    ]


async def test_partly_failing_bucket_does_not_flood_the_log(caplog: pytest.LogCaptureFixture) -> None:
    store, clock = MemoryStore(), Clock()
    uploads = Uploads(store, 300, Metrics(), clock.seconds)
    for number in range(100):
        store.out = number % 2 == 0
        with contextlib.suppress(StoreError):
            await uploads.put(LIVE)
        clock.forward(10)
    assert len(caplog.records) == 1


async def test_only_live_pictures_end_the_silence() -> None:
    store, clock = MemoryStore(), Clock()
    uploads = Uploads(store, 300, Metrics(), clock.seconds)
    clock.forward(10)
    assert uploads.silent_for == timedelta(seconds=10)
    await uploads.put(Upload(LIVE.camera, b"x", "fallback", NOW, NOW))
    store.out = True
    with pytest.raises(StoreError):
        await uploads.put(LIVE)
    assert uploads.silent_for == timedelta(seconds=10)
    store.out = False
    await uploads.put(LIVE)
    assert uploads.silent_for == timedelta(0)


async def test_default_clock_is_monotonic() -> None:
    assert Uploads(MemoryStore(), 300, Metrics()).clock is time.monotonic


class SlowStore:
    """Stores a picture once `released`."""

    def __init__(self) -> None:
        self.started, self.released = asyncio.Event(), asyncio.Event()
        self.done = False

    async def put(self, name: str, content: bytes, expires: datetime, metadata: Mapping[str, str]) -> int:
        self.started.set()
        await self.released.wait()
        self.done = True
        return 2


async def test_unanswered_attempts_are_passed_on() -> None:
    store = SlowStore()
    store.released.set()
    assert await Uploads(store, 300, Metrics()).put(LIVE) == 2


async def test_started_upload_is_finished_before_shutdown() -> None:
    store = SlowStore()
    putting = asyncio.create_task(Uploads(store, 300, Metrics()).put(LIVE))
    await store.started.wait()
    putting.cancel()
    await asyncio.sleep(0)
    store.released.set()
    with pytest.raises(asyncio.CancelledError):
        await putting
    assert store.done


async def test_hung_upload_does_not_delay_shutdown() -> None:
    store = SlowStore()
    putting = asyncio.create_task(Uploads(store, 300, Metrics(), grace=0.01).put(LIVE))
    await store.started.wait()
    putting.cancel()
    await asyncio.wait([putting], timeout=10)  # upper bound, reached only on failure
    assert putting.cancelled()
    assert not store.done


class SilentStore:
    """Answers no put within 30 s; `clock` shows it."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock

    async def put(self, name: str, content: bytes, expires: datetime, metadata: Mapping[str, str]) -> int:
        self.clock.forward(30)
        raise StoreError("bucket: no answer within 30 s", unanswered=1)


async def test_outage_starts_with_the_first_upload_that_fails(caplog: pytest.LogCaptureFixture) -> None:
    """Not 30 s later, when that upload is given up."""
    caplog.set_level(logging.INFO, "cameras")
    clock, recovered = Clock(), MemoryStore()
    uploads = Uploads(SilentStore(clock), 5, Metrics(), clock.seconds)
    with pytest.raises(StoreError):
        await uploads.put(LIVE)
    clock.forward(10)
    uploads.store = recovered
    await uploads.put(LIVE)
    assert caplog.messages[-1] == "uploads recovered after 30 s; 1 failed"
