"""One picture on its way to the store."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cameras.camera import Camera

Shown = Literal["live", "fallback"]  # what the public sees of a camera


@dataclass(frozen=True, slots=True)
class Upload:
    camera: Camera
    content: bytes  # a complete JPEG
    kind: Shown
    captured_at: datetime  # UTC
    expires: datetime  # UTC, when the next picture is due

    @property
    def metadata(self) -> dict[str, str]:
        """What is published with the picture."""
        captured_at = self.captured_at.isoformat(timespec="seconds")
        return {"camera-id": self.camera.id, "captured-at": captured_at, "state": self.kind}
