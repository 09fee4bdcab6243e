"""The endless loop that keeps one camera's picture fresh, and its one cycle."""

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import Literal

from cameras.camera import Camera
from cameras.errors import CameraError, FetcherBug, LoginRejected, StoreError, drop_traceback
from cameras.service import Metrics, outcome_label
from cameras.store.uploads import Uploads
from cameras.text import human_readable
from cameras.watch.status import FROZEN_AFTER, Outcome, Status
from cameras.watch.ticks import Tick

log = logging.getLogger(__name__)


class Watcher:
    """Watches any number of cameras, one `watch` task for each; the only writer of their Status.

    `fetch` gives a whole JPEG or raises CameraError. `fallback` is the JPEG shown while a camera fails. `now` gives
    the time in UTC.
    """

    def __init__(
        self,
        fetch: Callable[[Camera], Awaitable[bytes]],
        uploads: Uploads,
        fallback: bytes,
        now: Callable[[], datetime],
        metrics: Metrics,
        interval: float = 300.0,
        max_failures: int = 5,
        max_login_failures: int = 3,
    ) -> None:
        self.fetch = fetch
        self.uploads = uploads
        self.fallback = fallback
        self.now = now
        self.metrics = metrics
        self.interval = timedelta(seconds=interval)
        self.max_failures = max_failures
        self.max_login_failures = max_login_failures

    async def watch(self, status: Status, ticks: AsyncIterator[Tick]) -> None:
        """A cycle at each tick, until the ticks end or the camera is stopped."""
        async for tick in ticks:
            self.metrics.lateness.observe(tick.late)
            status.next_try = self.now() + timedelta(seconds=tick.next_in)
            await self.refresh(status)
            if status.stopped:
                status.next_try = None
                return

    async def refresh(self, status: Status) -> None:
        """One cycle: put a fresh picture, or see to it that the fallback is shown, and stop what keeps failing.

        A camera is stopped only once the fallback is up: else its last picture would stay for ever. So an outage of
        the store stops no camera; and it does not count as the camera's failure.
        """
        try:
            if not self._logins_exhausted(status):
                image = await self._fetch(status)
                self._record_picture(status, image)
                await self._put(status, image, "live")
                self._record_recovery(status)
        except CameraError as error:
            self._record_failure(status, error)
        except StoreError as error:
            status.error = drop_traceback(error)
        await self._show_fallback(status)

    async def _show_fallback(self, status: Status) -> None:
        """Put the fallback if the camera has failed and it is not up already; then stop what has failed too often."""
        if not status.failures:
            return
        if status.shown != "fallback":
            try:
                await self._put(status, self.fallback, "fallback")
            except StoreError:
                return  # `uploads` has said so; tried again at the next turn
        if status.failures >= self.max_failures or self._logins_exhausted(status):
            status.stopped = True
            log.error("%s: stopped until the next restart, last error: %s", status.camera, status.error)

    def _logins_exhausted(self, status: Status) -> bool:
        """No further login is sent: cameras lock our address for 30 minutes and more after a few wrong ones."""
        return status.login_failures >= self.max_login_failures

    async def _fetch(self, status: Status) -> bytes:
        """A picture from the camera; its outcome is remembered and counted either way."""
        begun = time.monotonic()
        try:
            image = await self.fetch(status.camera)
        except CameraError as error:
            self._record_outcome(status, type(error).__name__, str(error), begun)
            raise
        self._record_outcome(status, "live", "", begun, len(image))
        return image

    def _record_outcome(self, status: Status, result: str, text: str, begun: float, size: int = 0) -> None:
        seconds, make = time.monotonic() - begun, status.camera.make
        status.outcomes.append(Outcome(self.now(), result, text, seconds, size))
        self.metrics.fetches.labels(outcome_label(result), make).inc()
        self.metrics.fetch_seconds.labels(make).observe(seconds)
        self.metrics.picture_bytes.labels(make).inc(size)

    async def _put(self, status: Status, image: bytes, state: Literal["live", "fallback"]) -> None:
        """Upload; a failed upload may yet have arrived, so afterwards we do not know what is shown."""
        now, camera = self.now(), status.camera
        status.shown = None
        metadata = {"camera-id": camera.id, "captured-at": now.isoformat(timespec="seconds"), "state": state}
        await self.uploads.put(camera.picture, image, now + self.interval, metadata)
        status.shown, status.shown_at = state, now
        log.debug("%s: %s picture of %d bytes put", camera, state, len(image))

    def _record_picture(self, status: Status, image: bytes) -> None:
        """The camera gave a picture, wherever it goes from here; notice when it is always the same one."""
        status.failures = status.login_failures = 0
        before, fingerprint = status.same, hash(image)
        status.same = before + 1 if fingerprint == status.fingerprint else 0
        status.fingerprint = fingerprint
        if status.same + 1 == FROZEN_AFTER:
            log.warning(
                "%s: frozen, the same picture %d times in a row; restart the camera", status.camera, FROZEN_AFTER
            )
        elif before + 1 >= FROZEN_AFTER and not status.same:
            log.info("%s: no longer frozen", status.camera)

    def _record_recovery(self, status: Status) -> None:
        if status.failing_since:
            log.info("%s: live again, after %s", status.camera, human_readable(self.now() - status.failing_since))
        status.error = status.failing_since = None
        status.last_live = self.now()
        self.metrics.last_success.set(status.last_live.timestamp())

    def _record_failure(self, status: Status, error: CameraError) -> None:
        """Count it; tell the first failure of an outage aloud and the others under the breath."""
        status.failures += 1
        status.login_failures = status.login_failures + 1 if isinstance(error, LoginRejected) else 0
        level = logging.DEBUG if status.failing_since else logging.WARNING
        bug = error.__cause__ if isinstance(error, FetcherBug) else None
        log.log(level, "%s: %s", status.camera, error, exc_info=bug)
        status.failing_since = status.failing_since or self.now()
        status.error = drop_traceback(error)
