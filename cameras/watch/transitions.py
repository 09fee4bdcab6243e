"""What cameras do at once is one line in the log, not hundreds."""

import logging
from collections import defaultdict
from dataclasses import dataclass, field

from cameras.camera import Camera
from cameras.text import shortened

log = logging.getLogger(__name__)


@dataclass
class TransitionLog:
    """One line for each change, up to `limit` of a kind in this interval and the last; then one line for the rest.

    Both count, because what happens at once is seldom within one interval of the ticks.
    """

    limit: int = 20
    _written: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _before: dict[str, int] = field(default_factory=dict)  # in the last interval
    _rest: dict[str, list[tuple[Camera, int]]] = field(default_factory=lambda: defaultdict(list))

    def log(self, level: int, kind: str, camera: Camera, text: str, traceback: BaseException | None = None) -> None:
        """`kind` completes "312 more cameras ..."."""
        if level > logging.DEBUG:  # others are not in an operator's log, and take no place there
            level = self._limited(level, kind, camera)
        log.log(level, "%s: %s", camera, text, exc_info=traceback)

    def _limited(self, level: int, kind: str, camera: Camera) -> int:
        """`level`, or DEBUG for a change beyond the limit."""
        if self._written[kind] + self._before.get(kind, 0) < self.limit:
            self._written[kind] += 1
            return level
        self._rest[kind].append((camera, level))
        return logging.DEBUG

    def tick(self) -> None:
        """Call once per interval."""
        for kind, rest in self._rest.items():
            ids = shortened([camera.id for camera, _ in rest], limit=50)
            log.log(max(level for _, level in rest), "and %d more cameras %s: %s", len(rest), kind, ids)
        self._rest.clear()
        self._before = dict(self._written)
        self._written.clear()
