"""The way into the store: an upload that has begun is finished, and an outage is told once.

When the bucket is out, 1,000 cameras find out one by one. The log says so once, and once that it is over: at the first
upload that works after an interval in which none failed, so that a half-broken bucket does not flood the log.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime, timedelta

from cameras.errors import StoreError, drop_traceback
from cameras.service import Metrics
from cameras.store.store import Store
from cameras.text import human_readable

SHUTDOWN_GRACE = 5.0  # seconds an upload may still take when the process is told to stop

log = logging.getLogger(__name__)


class Uploads:
    """`failed` counts uploads since the outage began; `error` is its latest reason, None while there is no outage.
    `clock` gives seconds that no setting of the clock moves; `published` is when, by it, a live picture was last put
    (or the start)."""

    def __init__(
        self, store: Store, interval: float, metrics: Metrics, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.store = store
        self.metrics = metrics
        self.interval = interval
        self.clock = clock
        self.error: StoreError | None = None
        self.failed = 0
        self.published = self._began = self._latest = clock()

    async def put(self, name: str, image: bytes, expires: datetime, metadata: Mapping[str, str]) -> None:
        """As Store.put."""
        try:
            with self.metrics.upload_seconds.time():
                await _finish(self.store.put(name, image, expires, metadata))
        except StoreError as error:
            self.metrics.uploads.labels("failed").inc()
            self._fails(error)
            raise
        self.metrics.uploads.labels("put").inc()
        if metadata["state"] == "live":
            self.published = self.clock()
        if self.error and self.clock() - self._latest >= self.interval:
            self._works_again()

    def _fails(self, error: StoreError) -> None:
        self._latest = self.clock()
        if not self.error:
            log.warning("store fails: %s; cameras go on, each picture is tried again at its next turn", error)
            self._began, self.failed = self._latest, 0
        self.error = drop_traceback(error)
        self.failed += 1

    def _works_again(self) -> None:
        length = human_readable(timedelta(seconds=self._latest - self._began))
        log.info("store works again: out for %s, %d uploads failed", length, self.failed)
        self.error = None


async def _finish(upload: Coroutine[None, None, None]) -> None:
    """Await `upload`; when cancelled meanwhile, give it SHUTDOWN_GRACE seconds to end by itself first."""
    task = asyncio.ensure_future(upload)
    task.add_done_callback(lambda task: task.cancelled() or task.exception())  # nobody may be left to see its error
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=SHUTDOWN_GRACE)
        task.cancel()
        raise
