"""Uploads through outages and shutdown.

When the store is out, 1,000 cameras notice one by one. The log says so once, and once that it is over: at the first
upload that succeeds after an interval without a failure, so that a partly failing bucket does not flood the log.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from datetime import timedelta

from cameras.errors import StoreError, drop_traceback
from cameras.service import Metrics
from cameras.store.store import Store
from cameras.store.upload import Upload
from cameras.text import human_readable

log = logging.getLogger(__name__)


class Uploads:
    """Puts pictures into `store`; one for all cameras.

    `interval` is that of the cameras, `grace` how long an upload may take when the process stops, both in
    seconds. `clock` gives monotonic seconds.
    """

    def __init__(
        self,
        store: Store,
        interval: float,
        metrics: Metrics,
        clock: Callable[[], float] = time.monotonic,
        grace: float = 5.0,
    ) -> None:
        self.store = store
        self.interval = interval
        self.metrics = metrics
        self.clock = clock
        self.grace = grace
        self.error: StoreError | None = None  # the latest of the present outage; None: uploads succeed
        self.failed = 0  # uploads, since the outage started
        self._last_live = self._last_failure = self._outage_start = clock()

    @property
    def silent_for(self) -> timedelta:
        """Since a live picture was last put; before the first, since the start."""
        return timedelta(seconds=self.clock() - self._last_live)

    async def put(self, upload: Upload) -> int:
        """As Store.put; if cancelled, it waits up to `grace` seconds for the store first."""
        try:
            with self.metrics.upload_seconds.time():
                put = self.store.put(upload.camera.picture, upload.content, upload.expires, upload.metadata)
                unanswered = await self._finish(put)
        except StoreError as error:
            self.metrics.uploads.labels("failed").inc()
            self._record_failure(error)
            raise
        self.metrics.uploads.labels("put").inc()
        if upload.kind == "live":
            self._last_live = self.clock()
        if self.error and self.clock() - self._last_failure >= self.interval:
            self._record_recovery()
        return unanswered

    async def _finish(self, put: Coroutine[None, None, int]) -> int:
        task = asyncio.ensure_future(put)
        # Retrieve the exception, or asyncio logs "never retrieved" after a cancellation.
        task.add_done_callback(lambda task: task.cancelled() or task.exception())
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait([task], timeout=self.grace)
            task.cancel()
            raise

    def _record_failure(self, error: StoreError) -> None:
        self._last_failure = self.clock()
        if not self.error:
            log.warning("uploads are failing: %s; each camera retries at its next slot", error)
            self._outage_start, self.failed = self._last_failure, 0
        self.error = drop_traceback(error)
        self.failed += 1

    def _record_recovery(self) -> None:
        length = human_readable(timedelta(seconds=self._last_failure - self._outage_start))
        log.info("uploads recovered after %s; %d failed", length, self.failed)
        self.error = None
