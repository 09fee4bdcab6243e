"""What cameras do at once is one line in the log, not hundreds."""

import logging
from collections import defaultdict
from dataclasses import dataclass, field

from cameras.camera import Camera
from cameras.text import shortened

log = logging.getLogger(__name__)


@dataclass
class TransitionLog:
    """One line for each change, up to `limit` of a kind in an interval; then one line for the rest."""

    limit: int = 20
    _written: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _rest: dict[str, list[tuple[Camera, int]]] = field(default_factory=lambda: defaultdict(list))

    def log(self, level: int, kind: str, camera: Camera, text: str, traceback: BaseException | None = None) -> None:
        """`kind` completes "312 more cameras ..."."""
        self._written[kind] += 1
        if self._written[kind] > self.limit:
            self._rest[kind].append((camera, level))
            level = logging.DEBUG
        log.log(level, "%s: %s", camera, text, exc_info=traceback)

    def tick(self) -> None:
        """Call once per interval."""
        for kind, rest in self._rest.items():
            ids = shortened([camera.id for camera, _ in rest], limit=50)
            log.log(max(level for _, level in rest), "and %d more cameras %s: %s", len(rest), kind, ids)
        self._rest.clear()
        self._written.clear()
