import asyncio
import contextlib
import logging
import time
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from cameras import uploads as uploads_module
from cameras.errors import StoreError
from cameras.metrics import Metrics
from cameras.uploads import Uploads
from tests.fakes import Clock, MemoryStore


async def _put(uploads: Uploads) -> None:
    await uploads.put("image/1.jpg", b"x", datetime.now(UTC), {"state": "live"})


async def test_an_outage_is_told_once_and_so_is_its_end(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "cameras")
    store, clock = MemoryStore(), Clock()
    uploads = Uploads(store, 300, Metrics(), clock.seconds)
    store.out = True
    for _ in range(100):
        with pytest.raises(StoreError):
            await _put(uploads)
        clock.forward(30)
    assert uploads.failed == 100
    store.out = False
    for _ in range(100):
        await _put(uploads)
        clock.forward(30)
    assert not uploads.error
    assert [record.getMessage().split(":")[0] for record in caplog.records] == ["store fails", "store works again"]
    assert "out for 50 min, 100 uploads failed" in caplog.text


async def test_a_half_broken_bucket_does_not_flood_the_log(caplog: pytest.LogCaptureFixture) -> None:
    store, clock = MemoryStore(), Clock()
    uploads = Uploads(store, 300, Metrics(), clock.seconds)
    for number in range(100):
        store.out = number % 2 == 0
        with contextlib.suppress(StoreError):
            await _put(uploads)
        clock.forward(10)
    assert len(caplog.records) == 1


async def test_the_clock_of_an_outage_is_one_that_nobody_can_set() -> None:
    assert Uploads(MemoryStore(), 300, Metrics()).clock is time.monotonic


class SlowStore:
    """Takes a picture when `released`, never sooner."""

    def __init__(self) -> None:
        self.begun, self.released = asyncio.Event(), asyncio.Event()
        self.done = False

    async def put(self, name: str, content: bytes, expires: datetime, metadata: Mapping[str, str]) -> int:
        self.begun.set()
        await self.released.wait()
        self.done = True
        return 0


async def test_an_upload_that_has_begun_is_finished_before_the_process_stops() -> None:
    store = SlowStore()
    putting = asyncio.create_task(_put(Uploads(store, 300, Metrics())))
    await store.begun.wait()
    putting.cancel()
    await asyncio.sleep(0)
    store.released.set()
    with pytest.raises(asyncio.CancelledError):
        await putting
    assert store.done


async def test_a_hanging_upload_does_not_hold_up_the_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads_module, "GRACE", 0.01)
    store = SlowStore()
    putting = asyncio.create_task(_put(Uploads(store, 300, Metrics())))
    await store.begun.wait()
    putting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await putting
    assert not store.done
