"""What is known about one camera while the process runs."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from cameras.camera import Camera
from cameras.errors import CctvImagesError
from cameras.store import Shown

MAX_OUTCOMES = 12  # an hour of them at five minutes
FROZEN_AFTER = 4  # identical pictures in a row: sensor noise alone makes two frames differ

State = Literal["waiting", "live", "failing", "stopped"]


class Outcome(NamedTuple):
    """How one attempt to fetch a picture ended."""

    at: datetime  # UTC
    result: str  # "live" or the error's class
    text: str  # the error's sentence, or ""
    seconds: float  # it took
    size: int  # of the picture in bytes, or 0


@dataclass(slots=True)
class Status:
    """What is known about one camera. Written only in this package; page, metrics and log read it."""

    camera: Camera
    shown: Shown | None = None  # what the store has; None: nothing yet, or the last put failed and may be applied
    shown_at: datetime | None = None  # UTC, when that was put
    uncertain_until: float | None = None  # monotonic seconds: a live put without an answer may be applied until then
    failures: int = 0  # cycles in a row without a picture from the camera
    excused: int = 0  # of these, failures that do not count, because most of the fleet failed at the same time
    login_failures: int = 0  # the latest of these, in a row, that ended in a rejected login
    error: CctvImagesError | None = None  # why the store has no fresh picture; None: it has one, or none was due yet
    failing_since: datetime | None = None  # UTC, the first of these failures; None: not failing
    last_live: datetime | None = None  # UTC, when a live picture was last put by this process
    next_attempt: datetime | None = None  # UTC; None: not known yet, or stopped
    last_tick: float | None = None  # monotonic seconds, when its latest cycle began
    stopped: bool = False  # no further attempts are made
    locked_until: datetime | None = None  # UTC; it rejected its login too often: a start after this tries it once more
    fingerprint: int = 0  # of the latest picture
    identical: int = 0  # pictures in a row that equal the one before, byte for byte
    outcomes: deque[Outcome] = field(default_factory=lambda: deque(maxlen=MAX_OUTCOMES))  # the latest attempts

    @property
    def state(self) -> State:
        if self.stopped:
            return "stopped"
        if self.error:
            return "failing"
        return "live" if self.last_live else "waiting"

    @property
    def frozen(self) -> bool:
        """Whether the camera is live but keeps sending the same picture."""
        return self.state == "live" and self.identical + 1 >= FROZEN_AFTER
