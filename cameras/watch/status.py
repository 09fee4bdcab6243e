"""All that is remembered about one camera while the process runs."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

from cameras.camera import Camera
from cameras.errors import CctvImagesError

OUTCOMES = 12  # an hour's worth at five minutes
FROZEN_AFTER = 4  # cycles in a row with the same picture, byte for byte: noise alone makes two frames differ

State = Literal["waiting", "live", "failing", "stopped"]


class Outcome(NamedTuple):
    """How one try went. `result` is "live" or the error's name; `seconds` it took; `size` of the picture in bytes."""

    at: datetime
    result: str
    text: str
    seconds: float
    size: int


@dataclass(slots=True)
class Status:
    """Written by `watch.Watcher` alone; the log, the page and the metrics read it.

    `shown` is what the store holds now as far as we know, put there at `shown_at`: None when nothing was put yet or a
    put failed half-way. `failures` counts cycles in a row without a picture from the camera; `login_failures` those of
    them, in a row, that ended in a rejected login. `error` is why there is no fresh picture in the store, None when
    there is one. `same` counts pictures in a row that are equal, byte for byte, to the one before. Times are UTC.
    """

    camera: Camera
    shown: Literal["live", "fallback"] | None = None
    shown_at: datetime | None = None
    failures: int = 0
    login_failures: int = 0
    error: CctvImagesError | None = None
    failing_since: datetime | None = None
    last_live: datetime | None = None
    next_try: datetime | None = None
    stopped: bool = False
    fingerprint: int = 0
    same: int = 0
    outcomes: deque[Outcome] = field(default_factory=lambda: deque(maxlen=OUTCOMES))

    @property
    def state(self) -> State:
        if self.stopped:
            return "stopped"
        if self.error:
            return "failing"
        return "live" if self.last_live else "waiting"

    @property
    def frozen(self) -> bool:
        """It is live, but always with the same picture."""
        return self.state == "live" and self.same + 1 >= FROZEN_AFTER
