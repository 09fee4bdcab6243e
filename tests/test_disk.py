import asyncio
import threading

import pytest

from cameras import disk
from cameras.disk import Disk


async def test_a_call_that_hangs_keeps_its_turn_and_the_next_one_waits_beyond_its_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(disk, "DEADLINE", 0.1)
    hung, released = Disk(at_once=1), threading.Event()
    first, second = asyncio.create_task(hung.call(released.wait)), asyncio.create_task(hung.call(lambda: "read"))
    with pytest.raises(TimeoutError):
        await first
    released.set()
    assert await second == "read"


async def test_a_bug_in_a_call_is_reported_and_not_taken_for_a_disk_error(monkeypatch: pytest.MonkeyPatch) -> None:
    reported: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", reported.append)
    with pytest.raises(RuntimeError, match="a bug in a thread"):
        await Disk(at_once=1).call(lambda: 1 // 0)
    assert [each.exc_type for each in reported] == [ZeroDivisionError]


async def test_nobody_waits_for_ever_for_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "DEADLINE", 0.1)
    monkeypatch.setattr(disk, "QUEUE_DEADLINE", 0.1)
    hung, released = Disk(at_once=1), threading.Event()
    results = await asyncio.gather(*[hung.call(released.wait) for _ in range(3)], return_exceptions=True)
    released.set()
    assert [type(result) for result in results] == [TimeoutError] * 3


async def test_a_machine_without_a_thread_to_spare_is_an_os_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    free = Disk(at_once=1)
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", start)
        with pytest.raises(OSError, match="can't start new thread"):
            await free.call(lambda: "read")
    assert await free.call(lambda: "read") == "read"
