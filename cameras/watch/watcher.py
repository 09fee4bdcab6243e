"""The loop that keeps one camera's picture fresh, and one cycle of it."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from cameras.camera import Camera
from cameras.errors import CameraError, StoreError, drop_traceback
from cameras.store import Shown, Upload, Uploads
from cameras.watch.recorder import Recorder
from cameras.watch.status import Status
from cameras.watch.ticks import Tick

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Watcher:
    """Watches any number of cameras, one `watch` task for each."""

    fetch: Callable[[Camera], Awaitable[bytes]]  # a complete JPEG, or CameraError
    uploads: Uploads
    fallback: bytes  # the JPEG shown while a camera fails
    recorder: Recorder
    interval: float = 300.0  # seconds from a picture to its Expires
    max_failures: int = 288  # failed cycles in a row that stop a camera: a day of them
    max_login_failures: int = 3  # rejected logins in a row that stop a camera
    late_window: float = 900.0  # seconds that a signed put may still be applied: S3 refuses older signatures
    clock: Callable[[], float] = time.monotonic

    async def watch(self, status: Status, ticks: AsyncIterator[Tick], tried: asyncio.Event | None = None) -> None:
        """Run a cycle at each tick, until the ticks end or the camera is stopped. `tried` is set after the first."""
        tried = tried or asyncio.Event()
        try:
            async for tick in ticks:
                self.recorder.metrics.lateness.observe(tick.late)
                status.last_tick = self.clock()
                status.next_attempt = self.recorder.now() + timedelta(seconds=tick.next_in)
                await self.refresh(status)
                tried.set()
                if status.stopped:
                    status.next_attempt = None
                    return
        finally:
            tried.set()

    async def refresh(self, status: Status) -> None:
        """One cycle: put a fresh picture, or make sure that the fallback is shown; stop what keeps failing.

        A camera is stopped only once the fallback is certain to be shown, or its last picture would stay indefinitely.
        So an outage of the store, which does not count as the camera's failure, stops no camera.
        """
        if not self._logins_exhausted(status):
            await self._fetch_and_put(status)
        if status.failures and await self.show_fallback(status):
            self._stop_if_exhausted(status)

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

    async def _fetch_and_put(self, status: Status) -> None:
        try:
            image = await self.recorder.attempt(status, self.fetch)
            self.recorder.picture(status, image)
            await self.recorder.memory.publish(status.camera.id)
            await self._put(status, image, "live")
        except CameraError as error:
            await self.recorder.failure(status, error)
        except StoreError as error:
            status.error = drop_traceback(error)  # `uploads` has logged it
        else:
            self.recorder.published(status)

    async def _put(self, status: Status, image: bytes, kind: Shown) -> None:
        """Upload `image`. A failed upload may still be applied, so after one it is unknown what is shown."""
        now = self.recorder.now()
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

    def _stop_if_exhausted(self, status: Status) -> None:
        if status.failures - status.excused >= self.max_failures or self._logins_exhausted(status):
            status.stopped = True
            self.recorder.stopped(status)

    def _logins_exhausted(self, status: Status) -> bool:
        """Whether no further login may be sent: after a few wrong ones cameras lock our address for 30 minutes."""
        return status.login_failures >= self.max_login_failures
