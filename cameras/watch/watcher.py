"""The loop that keeps one camera's picture fresh, and one cycle of it."""

import logging
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cameras.camera import Camera
from cameras.errors import CameraError, FetcherBug, LoginRejected, StoreError, drop_traceback
from cameras.service.metrics import Metrics
from cameras.state import CameraMemory
from cameras.store import Shown, Upload, Uploads
from cameras.text import human_readable
from cameras.watch.outage import Outage
from cameras.watch.status import FROZEN_AFTER, Outcome, Status
from cameras.watch.ticks import Tick
from cameras.watch.transitions import TransitionLog

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Watcher:
    """Watches any number of cameras, one `watch` task for each; the only writer of their Status."""

    fetch: Callable[[Camera], Awaitable[bytes]]  # a complete JPEG, or CameraError
    uploads: Uploads
    fallback: bytes  # the JPEG shown while a camera fails
    now: Callable[[], datetime]  # UTC
    metrics: Metrics
    memory: CameraMemory
    outage: Outage
    transitions: TransitionLog
    interval: float = 300.0  # seconds from a picture to its Expires
    max_failures: int = 288  # failed cycles in a row that stop a camera
    max_login_failures: int = 3  # rejected logins in a row that stop a camera
    late_window: float = 900.0  # seconds that a signed put may still be applied: S3 refuses older signatures
    clock: Callable[[], float] = time.monotonic

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

        A camera is stopped only once the fallback is certain to be shown, or its last picture would stay indefinitely.
        So an outage of the store, which does not count as the camera's failure, stops no camera.
        """
        if not self._logins_exhausted(status):
            await self._fetch_and_put(status)
        if status.failures and await self.show_fallback(status):
            self._stop_if_exhausted(status)

    async def _fetch_and_put(self, status: Status) -> None:
        try:
            image = await self._fetch(status)
            self._record_picture(status, image)
            await self._put(status, image, "live")
        except CameraError as error:
            await self._record_failure(status, error)
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
        if kind == "live":
            await self.memory.publish(status.camera.id)
        now = self.now()
        status.shown = None
        expires = now + timedelta(seconds=self.interval)
        unanswered = 1  # if cancelled in the middle
        try:
            unanswered = await self.uploads.put(Upload(status.camera, image, kind, captured_at=now, expires=expires))
        except StoreError as error:
            unanswered = error.unanswered
            raise
        finally:
            if unanswered and kind == "live":
                status.uncertain_until = self.clock() + self.late_window
        status.shown, status.shown_at = kind, now
        log.debug("%s: %s picture of %d bytes put", status.camera, kind, len(image))

    async def show_fallback(self, status: Status) -> bool:
        """Whether the fallback is certain to be shown; puts it if necessary.

        A live put whose answer was not read may be applied later and overwrite the fallback. So until its signature is
        too old for the store, the fallback is put again each time.
        """
        certain = status.uncertain_until is None or self.clock() >= status.uncertain_until
        if status.shown != "fallback" or status.uncertain_until is not None:
            try:
                await self._put(status, self.fallback, "fallback")
            except StoreError:
                return False  # `uploads` has logged it; tried again at the next slot
        if certain:
            status.uncertain_until = None
        return certain

    def _stop_if_exhausted(self, status: Status) -> None:
        if status.failures - status.excused >= self.max_failures or self._logins_exhausted(status):
            status.stopped = True
            text = f"stopped: {status.error}; restart the service"
            self.transitions.log(logging.ERROR, "were stopped", status.camera, text)

    def _logins_exhausted(self, status: Status) -> bool:
        """Whether no further login may be sent: after a few wrong ones cameras lock our address for 30 minutes."""
        return status.login_failures >= self.max_login_failures

    def _record_outcome(self, status: Status, result: str, text: str, started: float, size: int = 0) -> None:
        seconds, make = time.monotonic() - started, status.camera.make
        status.outcomes.append(Outcome(self.now(), result, text, seconds, size))
        self.metrics.fetches.labels(_snake_case(result), make).inc()
        self.metrics.fetch_seconds.labels(make).observe(seconds)
        self.metrics.bytes.labels(make).inc(size)

    def _record_picture(self, status: Status, image: bytes) -> None:
        """The camera sent a picture, whether or not it can be put. Log when a camera freezes and when it recovers."""
        status.failures = status.login_failures = 0
        self.memory.clear_rejections(status.camera.id)
        self.outage.record_live(status.camera.id, self.now())
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
            level = logging.DEBUG if status.excused else logging.INFO  # the end of an outage is logged for all
            text = f"recovered after {human_readable(now - status.failing_since)}"
            self.transitions.log(level, "recovered", status.camera, text)
        status.error = status.failing_since = None
        status.excused = 0
        status.last_live = now
        self.memory.record_live(status.camera.id, now)
        self.metrics.last_success.set(now.timestamp())

    async def _record_failure(self, status: Status, error: CameraError) -> None:
        """Count it; log the first failure in a row at WARNING, the others at DEBUG."""
        camera = status.camera
        status.failures += 1
        status.login_failures = status.login_failures + 1 if isinstance(error, LoginRejected) else 0
        if isinstance(error, LoginRejected | FetcherBug):
            self.outage.record_other_failure(camera.id)
        else:
            self.outage.record_failure(camera.id)
            status.excused += self.outage.active
        if status.failing_since:
            log.debug("%s: %s", camera, error)
        else:
            bug = error.__cause__ if isinstance(error, FetcherBug) else None
            self.transitions.log(logging.WARNING, "started to fail", camera, str(error), bug)
        status.failing_since = status.failing_since or self.now()
        status.error = drop_traceback(error)
        if isinstance(error, LoginRejected) and camera.login:
            await self.memory.add_rejection(camera.id, camera.login, self.now())


def _snake_case(name: str) -> str:
    """`login_rejected` from `LoginRejected`: the form of Prometheus' label values."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
