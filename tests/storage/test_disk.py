import asyncio
import threading

import pytest

from cameras.storage import Disk


async def test_hung_call_keeps_its_place_and_the_next_waits() -> None:
    """The wait is not part of the next call's deadline."""
    disk, released = Disk(at_once=1, deadline=0.1), threading.Event()
    first, second = asyncio.create_task(disk.call(released.wait)), asyncio.create_task(disk.call(lambda: "read"))
    with pytest.raises(TimeoutError):
        await first
    released.set()
    assert await second == "read"


async def test_wait_for_a_place_has_a_deadline() -> None:
    disk, released = Disk(at_once=1, deadline=0.1, queue_deadline=0.1), threading.Event()
    results = await asyncio.gather(*[disk.call(released.wait) for _ in range(3)], return_exceptions=True)
    released.set()
    assert [type(result) for result in results] == [TimeoutError] * 3


async def test_ended_is_called_once_the_call_has_ended() -> None:
    """Not at the deadline; and at once for a call that will not start."""
    disk, released = Disk(at_once=1, deadline=0.1, queue_deadline=0.2), threading.Event()
    first, second = asyncio.Event(), asyncio.Event()
    results = await asyncio.gather(
        disk.call(released.wait, first.set), disk.call(released.wait, second.set), return_exceptions=True
    )
    assert [type(result) for result in results] == [TimeoutError] * 2
    assert (first.is_set(), second.is_set()) == (False, True)
    released.set()
    await first.wait()


async def test_missing_thread_is_an_os_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    disk = Disk(at_once=1)
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", start)
        with pytest.raises(OSError, match="can't start new thread"):
            await disk.call(lambda: "read")
    assert await disk.call(lambda: "read") == "read"
