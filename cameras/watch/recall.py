"""What a camera's status takes over from earlier runs: when it was live, and how often it rejected this login."""

import logging
from datetime import datetime, timedelta

from cameras.errors import LoginRejected
from cameras.watch.status import Status
from cameras.watch.watcher import Watcher

LOGIN_WINDOW = timedelta(minutes=30)  # in which a camera receives at most MAX_LOGIN_FAILURES rejected logins


async def recall(status: Status, watcher: Watcher, login_window: timedelta = LOGIN_WINDOW) -> None:
    """A camera that rejected the same login too often lately gets no further one: its account may be locked. One that
    did so longer ago gets a single attempt."""
    camera, recorder, limit = status.camera, watcher.recorder, watcher.max_login_failures
    if last_live := recorder.memory[camera.id].last_live:
        recorder.outage.record_live(camera.id, last_live)
    rejections = await recorder.memory.rejections(camera.id, camera.login)
    recent = recent_rejections(rejections, recorder.now(), login_window)
    if len(recent) < limit:
        status.login_failures = min(len(rejections), limit - 1)
        return
    status.locked_until = recent[-limit] + login_window
    status.failing_since, status.failures, status.login_failures = recent[0], len(recent), limit
    status.error = LoginRejected(
        f"{len(recent)} times until {recent[-1]:%H:%M} UTC, before this start",
        f"not tried again before {status.locked_until:%H:%M} UTC, unless the login changes; fix it, then "
        f"`cctv-images revive {camera.id}` tries it at once",
    )
    recorder.transitions.log(logging.WARNING, "are locked out", camera, str(status.error))


def recent_rejections(rejections: list[datetime], now: datetime, window: timedelta) -> list[datetime]:
    """Those within `window`. One far in the future is from a wrong clock."""
    return [at for at in rejections if abs(now - at) <= window]
