"""The loop that keeps one camera's picture fresh, and one cycle of it."""

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cameras.camera import Camera
from cameras.errors import CameraError, FetcherBug, LoginRejected, StoreError, drop_traceback
from cameras.service import Metrics, outcome_label
from cameras.store import Shown, Upload, Uploads
from cameras.text import human_readable
from cameras.watch.status import FROZEN_AFTER, Outcome, Status
from cameras.watch.ticks import Tick

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Watcher:
    """Watches any number of cameras, one `watch` task for each; the only writer of their Status."""

    fetch: Callable[[Camera], Awaitable[bytes]]  # a complete JPEG, or CameraError
    uploads: Uploads
    fallback: bytes  # the JPEG shown while a camera fails
    now: Callable[[], datetime]  # UTC
    metrics: Metrics
    interval: float = 300.0  # seconds from a picture to its Expires
    max_failures: int = 5  # failed cycles in a row that stop a camera
    max_login_failures: int = 3  # rejected logins in a row that stop a camera

    async def watch(self, status: Status, ticks: AsyncIterator[Tick]) -> None:
        """Run a cycle at each tick, until the ticks end or the camera is stopped."""
        async for tick in ticks:
            self.metrics.lateness.observe(tick.late)
            status.next_attempt = self.now() + timedelta(seconds=tick.next_in)
            await self.refresh(status)
            if status.stopped:
                status.next_attempt = None
                return

    async def refresh(self, status: Status) -> None:
        """One cycle: put a fresh picture, or make sure that the fallback is shown; stop what keeps failing.

        A camera is stopped only once the fallback is shown, or its last picture would stay indefinitely. So an outage
        of the store, which does not count as the camera's failure, stops no camera.
        """
        if not self._logins_exhausted(status):
            await self._fetch_and_put(status)
        if status.failures and await self._show_fallback(status):
            self._stop_if_exhausted(status)

    async def _fetch_and_put(self, status: Status) -> None:
        try:
            image = await self._fetch(status)
            self._record_picture(status, image)
            await self._put(status, image, "live")
        except CameraError as error:
            self._record_failure(status, error)
        except StoreError as error:
            status.error = drop_traceback(error)  # `uploads` has logged it
        else:
            self._record_success(status)

    async def _fetch(self, status: Status) -> bytes:
        """A picture from the camera. The outcome is recorded either way."""
        started = time.monotonic()
        try:
            image = await self.fetch(status.camera)
        except CameraError as error:
            self._record_outcome(status, type(error).__name__, str(error), started)
            raise
        self._record_outcome(status, "live", "", started, len(image))
        return image

    async def _put(self, status: Status, image: bytes, kind: Shown) -> None:
        """Upload `image`. A failed upload may still be applied, so after one it is unknown what is shown."""
        now = self.now()
        status.shown = None
        expires = now + timedelta(seconds=self.interval)
        await self.uploads.put(Upload(status.camera, image, kind, captured_at=now, expires=expires))
        status.shown, status.shown_at = kind, now
        log.debug("%s: %s picture of %d bytes put", status.camera, kind, len(image))

    async def _show_fallback(self, status: Status) -> bool:
        """Whether the fallback is shown; puts it if necessary."""
        if status.shown != "fallback":
            try:
                await self._put(status, self.fallback, "fallback")
            except StoreError:
                return False  # `uploads` has logged it; tried again at the next slot
        return True

    def _stop_if_exhausted(self, status: Status) -> None:
        if status.failures >= self.max_failures or self._logins_exhausted(status):
            status.stopped = True
            log.error("%s: stopped: %s; restart the service", status.camera, status.error)

    def _logins_exhausted(self, status: Status) -> bool:
        """Whether no further login may be sent: after a few wrong ones cameras lock our address for 30 minutes."""
        return status.login_failures >= self.max_login_failures

    def _record_outcome(self, status: Status, result: str, text: str, started: float, size: int = 0) -> None:
        seconds, make = time.monotonic() - started, status.camera.make
        status.outcomes.append(Outcome(self.now(), result, text, seconds, size))
        self.metrics.fetches.labels(outcome_label(result), make).inc()
        self.metrics.fetch_seconds.labels(make).observe(seconds)
        self.metrics.picture_bytes.labels(make).inc(size)

    def _record_picture(self, status: Status, image: bytes) -> None:
        """The camera sent a picture, whether or not it can be put. Log when a camera freezes and when it recovers."""
        status.failures = status.login_failures = 0
        was_frozen, fingerprint = status.identical + 1 >= FROZEN_AFTER, hash(image)
        status.identical = status.identical + 1 if fingerprint == status.fingerprint else 0
        status.fingerprint = fingerprint
        if status.identical + 1 == FROZEN_AFTER:
            log.warning(
                "%s: frozen, the same picture %d times in a row; restart the camera", status.camera, FROZEN_AFTER
            )
        elif was_frozen and not status.identical:
            log.info("%s: no longer frozen", status.camera)

    def _record_success(self, status: Status) -> None:
        now = self.now()
        if status.failing_since:
            log.info("%s: recovered after %s", status.camera, human_readable(now - status.failing_since))
        status.error = status.failing_since = None
        status.last_live = now
        self.metrics.last_success.set(now.timestamp())

    def _record_failure(self, status: Status, error: CameraError) -> None:
        """Count it; log the first failure in a row at WARNING, the others at DEBUG."""
        status.failures += 1
        status.login_failures = status.login_failures + 1 if isinstance(error, LoginRejected) else 0
        level = logging.DEBUG if status.failing_since else logging.WARNING
        bug = error.__cause__ if isinstance(error, FetcherBug) else None
        log.log(level, "%s: %s", status.camera, error, exc_info=bug)
        status.failing_since = status.failing_since or self.now()
        status.error = drop_traceback(error)
