"""Atomic file writes: readers and power cuts see the old file or the new one."""

import os
from pathlib import Path


def write_atomically(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write `content` to a temporary file next to `path`, sync it, then rename it; creates missing folders.

    The temporary file always has the same name, so that the next write replaces what a killed process left. It is
    removed if the write fails with an OSError, which is raised.
    """
    temporary = path.with_name(f".{path.name}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)  # the disk may be full
        raise
