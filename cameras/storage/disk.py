"""A guard against disks that do not respond, such as a mounted file server that is gone.

A read or write on such a disk never returns and cannot be cancelled. So each call gets a daemon thread of its own, and
the event loop stops waiting for it at a deadline.
"""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from cameras.threads import in_thread

T = TypeVar("T")


class Disk:
    """At most `at_once` calls at a time; a call that hangs keeps its place.

    `deadline` is for one call, `queue_deadline` for the wait before it, both in seconds. The second is long because on
    a slow disk a late picture is better than none.
    """

    def __init__(self, at_once: int, deadline: float = 30.0, queue_deadline: float = 300.0) -> None:
        self.deadline = deadline
        self.queue_deadline = queue_deadline
        self._places = asyncio.Semaphore(at_once)

    async def call(self, call: Callable[[], T], ended: Callable[[], None] = lambda: None) -> T:
        """The result of `call`, or its OSError; TimeoutError if a deadline passes.

        `ended` is called on the event loop when `call` has ended, however late, or will not start.
        """
        try:
            async with asyncio.timeout(self.queue_deadline):
                await self._places.acquire()
        except BaseException:
            ended()
            raise

        def release(task: "asyncio.Future[T]") -> None:
            self._places.release()
            ended()
            if not task.cancelled():
                task.exception()  # retrieve it, or asyncio logs "never retrieved" when the deadline has passed

        task = asyncio.ensure_future(in_thread(call, name="disk"))
        task.add_done_callback(release)
        async with asyncio.timeout(self.deadline):
            return await asyncio.shield(task)
