"""A blocking call in a thread of its own that nobody has to wait for.

asyncio.to_thread shares a few threads among all, and holds up the end of the process until the last call is done.
"""

import asyncio
import concurrent.futures
import errno
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def in_daemon_thread(call: Callable[[], T], *expected: type[Exception]) -> T:
    """What `call` returns, or the `expected` error that it raises; OSError if no thread is to be had. Any other error
    is a bug: threading.excepthook shows its traceback, and here it becomes a RuntimeError."""
    future: concurrent.futures.Future[T] = concurrent.futures.Future()
    future.set_running_or_notify_cancel()  # from here on nobody but the thread ends it

    def run() -> None:
        try:
            future.set_result(call())
        except expected as error:
            future.set_exception(error)
        finally:
            if not future.done():
                future.set_exception(RuntimeError("a bug in a thread; see the traceback"))

    try:
        threading.Thread(target=run, name=call.__qualname__, daemon=True).start()
    except RuntimeError as error:
        raise OSError(errno.EAGAIN, str(error)) from error
    return await asyncio.wrap_future(future)
