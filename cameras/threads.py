"""Blocking calls in daemon threads.

asyncio.to_thread shares a few threads among all calls, and the process cannot end before the last call has ended.
"""

import asyncio
import concurrent.futures
import errno
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def in_thread(call: Callable[[], T], name: str) -> T:
    """What `call` returns or raises, as for `started`. If the caller is cancelled, the thread goes on and its result is
    dropped."""
    return await asyncio.wrap_future(started(call, name))


def started(call: Callable[[], T], name: str) -> concurrent.futures.Future[T]:
    """What `call` will return or raise. It runs in a new daemon thread with this name, for debuggers and tracebacks.

    OSError if the system has no thread left.
    """
    future: concurrent.futures.Future[T] = concurrent.futures.Future()
    future.set_running_or_notify_cancel()  # from here on only the thread can end it

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # noqa: BLE001  the awaiting task gets it, as with concurrent.futures
            future.set_exception(error)

    try:
        threading.Thread(target=run, name=name, daemon=True).start()
    except RuntimeError as error:
        raise OSError(errno.EAGAIN, str(error)) from error
    return future
