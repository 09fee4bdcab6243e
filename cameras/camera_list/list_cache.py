"""The last good camera list, kept on disk for the day that Socrata cannot be reached."""

import json
import logging
from datetime import UTC, datetime
from pathlib import Path

from cameras.camera_list.dataset import Row
from cameras.storage.files import write_atomically

NAME = "camera-list.json"

log = logging.getLogger(__name__)


def save(rows: list[Row], folder: Path, source: str, saved: datetime) -> None:
    """Best effort: without it the service runs, so a failure is only a warning. A private dataset's rows hold
    addresses, so only the service's own user may read the file."""
    content = {"source": source, "saved": saved.isoformat(), "rows": rows}
    try:
        write_atomically(folder / NAME, json.dumps(content).encode(), mode=0o600)
    except OSError as error:
        log.warning("camera list: cannot be kept in %s (%s); set STATE_DIRECTORY to a writable folder", folder, error)


def load(folder: Path, source: str) -> tuple[list[Row], datetime] | None:
    """The rows kept from `source` and when they were saved; None if there are none or they cannot be read."""
    try:
        content = json.loads((folder / NAME).read_bytes())
        if content["source"] != source:
            return None
        return [dict(row) for row in content["rows"]], datetime.fromisoformat(content["saved"]).astimezone(UTC)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        log.warning("camera list: the kept list in %s cannot be read (%s)", folder, error)
        return None
