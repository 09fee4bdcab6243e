"""A disk that may hang, as that of a file server that is gone.

A read or write then never ends, and nothing can end it: so each has a thread of its own that nobody has to wait for.
"""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from cameras.threads import in_thread

DEADLINE = 30.0  # seconds, for one read or write
QUEUE_DEADLINE = 300.0  # seconds, for its turn: a slow disk is late, which is better than dark

T = TypeVar("T")


class Disk:
    """At most `at_once` calls at a time; one that hangs keeps its turn."""

    def __init__(self, at_once: int) -> None:
        self._free = asyncio.Semaphore(at_once)

    async def call(self, call: Callable[[], T]) -> T:
        """What `call` returns, or the OSError that it raises; TimeoutError if the disk hangs."""
        async with asyncio.timeout(QUEUE_DEADLINE):
            await self._free.acquire()
        task = asyncio.ensure_future(in_thread(call, name="disk"))
        task.add_done_callback(self._ended)
        async with asyncio.timeout(DEADLINE):
            return await asyncio.shield(task)

    def _ended(self, task: "asyncio.Future[T]") -> None:
        self._free.release()
        if not task.cancelled():
            task.exception()  # nobody may be left to see it
