"""What is recorded of each attempt: in the camera's status, in metrics, log and memory, and for the fleet's outage."""

import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from cameras.camera import Camera
from cameras.errors import CameraError, FetcherBug, LoginRejected, drop_traceback
from cameras.service import Metrics, outcome_label
from cameras.state import CameraMemory
from cameras.text import human_readable
from cameras.watch.outage import Outage
from cameras.watch.status import FROZEN_AFTER, Outcome, Status
from cameras.watch.transitions import TransitionLog

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Recorder:
    """Used by the watcher alone. Log lines are written when something changes, not when it repeats."""

    now: Callable[[], datetime]  # UTC
    metrics: Metrics
    memory: CameraMemory
    outage: Outage
    transitions: TransitionLog

    async def attempt(self, status: Status, fetch: Callable[[Camera], Awaitable[bytes]]) -> bytes:
        """The picture that `fetch` returns, or the CameraError that it raises; how it ended is recorded either way."""
        started = time.monotonic()
        try:
            image = await fetch(status.camera)
        except CameraError as error:
            self._outcome(status, type(error).__name__, str(error), started)
            raise
        self._outcome(status, "live", "", started, len(image))
        return image

    def _outcome(self, status: Status, result: str, text: str, started: float, size: int = 0) -> None:
        seconds, make = time.monotonic() - started, status.camera.make
        status.outcomes.append(Outcome(self.now(), result, text, seconds, size))
        self.metrics.fetches.labels(outcome_label(result), make).inc()
        self.metrics.fetch_seconds.labels(make).observe(seconds)
        self.metrics.picture_bytes.labels(make).inc(size)

    def picture(self, status: Status, image: bytes) -> None:
        """The camera sent a picture, whether or not it can be put."""
        status.failures = status.excused = status.login_failures = 0
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

    def published(self, status: Status) -> None:
        """The picture was put."""
        now = self.now()
        if status.failing_since:
            level = logging.DEBUG if self.outage.covers(status.camera.id) else logging.INFO
            text = f"recovered after {human_readable(now - status.failing_since)}"
            self.transitions.log(level, "recovered", status.camera, text)
        status.error = status.failing_since = None
        status.last_live = now
        self.memory.record_live(status.camera.id, now)
        self.metrics.last_success.set(now.timestamp())

    async def failure(self, status: Status, error: CameraError) -> None:
        """The camera gave no picture. A rejected login is stored before this returns."""
        camera = status.camera
        status.failures += 1
        status.login_failures = status.login_failures + 1 if isinstance(error, LoginRejected) else 0
        if isinstance(error, LoginRejected | FetcherBug):
            self.outage.record_other_failure(camera.id)
        else:
            self.outage.record_failure(camera.id)
            status.excused += self.outage.active
        if status.failing_since:
            log.debug("%s: still failing: %s", camera, error)
        else:
            covered = self.outage.active and self.outage.covers(camera.id)
            level = logging.DEBUG if covered else logging.WARNING
            bug = error.__cause__ if isinstance(error, FetcherBug) else None
            self.transitions.log(level, "started to fail", camera, str(error), bug)
        status.failing_since = status.failing_since or self.now()
        status.error = drop_traceback(error)
        if isinstance(error, LoginRejected) and camera.login:
            await self.memory.add_rejection(camera.id, camera.login, self.now())

    async def rejected_elsewhere(self, status: Status, login: str, at: datetime) -> None:
        """The camera rejected the login of a probe, whose digest is `login`. It counts as one of ours if ours are being
        rejected, too; a camera that is live here was probed as another make, say."""
        camera = status.camera
        await self.memory.add_rejected_digest(camera.id, login, at)
        if status.login_failures and camera.login and await self.memory.digests.digest(camera.login) == login:
            status.login_failures += 1

    def stopped(self, status: Status) -> None:
        text = f"stopped: {status.error}; then `cctv-images revive {status.camera.id}` tries it again"
        self.transitions.log(logging.ERROR, "were stopped", status.camera, text)
