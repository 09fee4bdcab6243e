"""The endless loop that keeps one camera's picture fresh, and its one cycle."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import Literal

from cameras.camera import Camera, Status
from cameras.duration import spoken
from cameras.errors import CameraError, FetcherBug, LoginRejected, StoreError
from cameras.ticks import Tick
from cameras.uploads import Uploads

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
        interval: float = 300.0,
        max_failures: int = 5,
        max_login_failures: int = 3,
    ) -> None:
        self.fetch = fetch
        self.uploads = uploads
        self.fallback = fallback
        self.now = now
        self.interval = timedelta(seconds=interval)
        self.max_failures = max_failures
        self.max_login_failures = max_login_failures

    async def watch(self, status: Status, ticks: AsyncIterator[Tick]) -> None:
        """A cycle at each tick, until the ticks end or the camera is stopped."""
        async for _ in ticks:
            await self.refresh(status)
            if status.stopped:
                return

    async def refresh(self, status: Status) -> None:
        """One cycle: put a fresh picture, or see to it that the fallback is shown, and stop what keeps failing.

        A camera is stopped only once the fallback is up: else its last picture would stay for ever. So an outage of the
        store stops no camera; and it does not count as the camera's failure.
        """
        try:
            if not self._locks_us_out(status):
                image = await self.fetch(status.camera)
                self._answered(status)
                await self._put(status, image, "live")
                self._recovered(status)
        except CameraError as error:
            self._failed(status, error)
        except StoreError as error:
            status.error = error
        await self._settle(status)

    async def _settle(self, status: Status) -> None:
        """Put the fallback if the camera has failed and it is not up already; then stop what has failed too often."""
        if not status.failures:
            return
        if status.shown != "fallback":
            try:
                await self._put(status, self.fallback, "fallback")
            except StoreError:
                return  # `uploads` has said so; tried again at the next turn
        if status.failures >= self.max_failures or self._locks_us_out(status):
            status.stopped = True
            log.error("%s: stopped until the next restart, last error: %s", status.camera, status.error)

    def _locks_us_out(self, status: Status) -> bool:
        """No further login is sent: cameras lock our address for 30 minutes and more after a few wrong ones."""
        return status.login_failures >= self.max_login_failures

    async def _put(self, status: Status, image: bytes, state: Literal["live", "fallback"]) -> None:
        """Upload; a failed upload may yet have arrived, so afterwards we do not know what is shown."""
        now, camera = self.now(), status.camera
        status.shown = None
        metadata = {"camera-id": camera.id, "captured-at": now.isoformat(timespec="seconds"), "state": state}
        await self.uploads.put(f"image/{camera.id}.jpg", image, now + self.interval, metadata)
        status.shown = state
        log.debug("%s: %s picture of %d bytes put", camera, state, len(image))

    def _answered(self, status: Status) -> None:
        """The camera gave a picture, wherever it goes from here."""
        status.failures = status.login_failures = 0

    def _recovered(self, status: Status) -> None:
        if status.failing_since:
            log.info("%s: live again, after %s", status.camera, spoken(self.now() - status.failing_since))
        status.error = status.failing_since = None
        status.last_live = self.now()

    def _failed(self, status: Status, error: CameraError) -> None:
        """Count it; tell the first failure of an outage aloud and the others under the breath."""
        status.failures += 1
        status.login_failures = status.login_failures + 1 if isinstance(error, LoginRejected) else 0
        level = logging.DEBUG if status.failing_since else logging.WARNING
        bug = error.__cause__ if isinstance(error, FetcherBug) else None
        log.log(level, "%s: %s", status.camera, error, exc_info=bug)
        status.failing_since = status.failing_since or self.now()
        status.error = error
