"""One running service per state folder: two would poll every camera twice and double the rejected logins."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from cameras.errors import ConfigError

LOCK = "run.lock"


@contextmanager
def sole_run(folder: Path) -> Iterator[None]:
    """Holds the lock while the context is open; ConfigError names the process that holds it. A crash releases it.

    A folder that cannot be written to is no reason not to run: then there is no lock.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / LOCK).open("a+")
    except OSError:
        yield
        return
    with file:
        if not _acquired(file):
            raise ConfigError(
                f"STATE_DIRECTORY={folder} is in use by process {_pid(folder)}; stop that one first, or give this one "
                "a STATE_DIRECTORY of its own"
            )
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def running_pid(folder: Path) -> str | None:
    """The PID of the service that uses this state folder, None if there is none."""
    try:
        with (folder / LOCK).open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _pid(folder)
    except OSError:
        return None
    return None


def _acquired(file: TextIO, attempts: int = 10, pause: float = 0.1) -> bool:
    """Several attempts: `running_pid` holds the lock for a moment."""
    for remaining in reversed(range(attempts)):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if remaining:
                time.sleep(pause)
        else:
            return True
    return False


def _pid(folder: Path) -> str:
    try:
        return (folder / LOCK).read_text()[:20] or "unknown"
    except OSError:
        return "unknown"
