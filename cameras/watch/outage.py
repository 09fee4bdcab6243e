"""An outage of the fleet: most cameras fail at once, so it is the network, and no camera's failures count.

Without this, 25 minutes without the camera network stop every camera until somebody restarts the service.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cameras.text import human_readable

log = logging.getLogger(__name__)


@dataclass
class Outage:
    """More than half of the cameras that were live lately fail; those that died before are no part of it."""

    now: Callable[[], datetime]  # UTC
    interval: float = 300.0  # seconds; an outage that is over for so long is reported as over
    min_cameras: int = 5  # in a smaller fleet, failures are those of single cameras
    recent: timedelta = timedelta(days=2)  # how long after its last picture a camera counts as one that was live lately
    started: datetime | None = None  # UTC; None: no outage, or its end has been logged
    _last_live: dict[str, datetime] = field(default_factory=dict)
    _members: set[str] = field(default_factory=set)  # live lately; does not change while an outage lasts
    _failing: set[str] = field(default_factory=set)  # of the members
    _affected: set[str] = field(default_factory=set)  # failing at any time of this outage
    _over_since: datetime | None = None

    @property
    def active(self) -> bool:
        """Whether failures do not count now."""
        return len(self._members) >= self.min_cameras and 2 * len(self._failing) > len(self._members)

    @property
    def problem(self) -> str:
        """What to report while it is active, else empty."""
        if not (self.active and self.started):
            return ""
        return (
            f"{len(self._failing)} of {len(self._members)} cameras fail at once since {self.started:%H:%M} UTC; "
            "check the camera network"
        )

    def covers(self, id: str) -> bool:
        """Whether the lines about the outage speak for this camera: it needs none of its own."""
        return id in self._affected

    def record_live(self, id: str, at: datetime) -> None:
        """The camera was live at that time, in this run or before it."""
        self._last_live[id] = at
        self._failing.discard(id)
        if not self.active and at >= self.now() - self.recent:
            self._members.add(id)
        self._update()

    def record_failure(self, id: str) -> None:
        """Only for failures that the network can cause."""
        if id in self._members:
            self._failing.add(id)
        self._update()

    def record_other_failure(self, id: str) -> None:
        """The camera answered, but with a failure of its own."""
        self._failing.discard(id)
        self._update()

    def forget(self, id: str) -> None:
        """The camera left the fleet."""
        self._last_live.pop(id, None)
        for group in (self._members, self._failing, self._affected):
            group.discard(id)
        self._update()

    def tick(self) -> None:
        """Call once per interval: drops members that have been dead for long, and logs the end of an outage."""
        if self.active:
            return
        since = self.now() - self.recent
        self._members = {id for id, at in self._last_live.items() if at >= since}
        self._failing &= self._members
        if self.started and self._over_since and self.now() - self._over_since >= timedelta(seconds=self.interval):
            self._log_end(self.started, self._over_since)

    def _update(self) -> None:
        if not self.active:
            self._over_since = self._over_since or self.now()
            return
        self._over_since = None
        self._affected |= self._failing
        if not self.started:
            self.started = self.now()
            log.error(
                "%d of %d cameras fail at once; check the camera network. Until it is back their failures do not count",
                len(self._failing),
                len(self._members),
            )

    def _log_end(self, started: datetime, over_since: datetime) -> None:
        back = len(self._affected - self._failing)
        log.info("%d of %d cameras are back after %s", back, len(self._affected), human_readable(over_since - started))
        self.started, self._affected = None, set()
