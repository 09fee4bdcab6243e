import asyncio
import threading

import pytest

from cameras.threads import in_thread


async def test_result_comes_from_a_daemon_thread_with_the_name() -> None:
    thread = await in_thread(threading.current_thread, name="lookup")
    assert (thread.name, thread.daemon) == ("lookup", True)
    assert thread is not threading.main_thread()


@pytest.mark.parametrize("error", [OSError("disk"), KeyError("bug"), SystemExit(3)])
async def test_any_error_reaches_the_caller(error: BaseException) -> None:
    def call() -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        await in_thread(call, name="test")
    assert caught.value is error


async def test_cancelled_caller_does_not_wait_for_the_thread() -> None:
    started, released = threading.Event(), threading.Event()

    def call() -> None:
        started.set()
        released.wait()

    task = asyncio.create_task(in_thread(call, name="test"))
    await asyncio.to_thread(started.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not released.is_set()
    released.set()


async def test_no_thread_left_is_an_os_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(OSError, match="can't start new thread"):
        await in_thread(lambda: "read", name="test")
