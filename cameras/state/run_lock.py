"""One running service per state folder: two would poll every camera twice and double the rejected logins."""

import asyncio
import concurrent.futures
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from cameras.errors import CctvImagesError, ConfigError
from cameras.threads import in_thread, started

LOCK = "run.lock"
HEARTBEAT = 10.0  # seconds
STOP_DEADLINE = 2.0  # seconds that the end of the process waits for the disk


@dataclass(frozen=True)
class RunLock:
    """A lock that is held. Its file has the PID of the process; after an end as it should be nothing; after an error
    that may pass its time, in seconds since boot, and its sentence."""

    descriptor: int | None = None  # of its file; None: the folder cannot be written to
    crashed: datetime | None = None  # UTC, when the run before this one ended without saying so; None: it did not
    failed: tuple[float, str] | None = None  # seconds since the run before this one failed, and why; None: it did not

    def wait(self, pause: float) -> float:
        """How many of the `pause` seconds after a failed run remain."""
        return pause - self.failed[0] if self.failed and 0 <= self.failed[0] < pause else 0.0

    async def heartbeat(self, interval: float = HEARTBEAT) -> None:
        """Keep the file's time, until cancelled, so that the next run knows how long this one lived."""
        while descriptor := self.descriptor:
            await asyncio.sleep(interval)
            with suppress(OSError):  # a disk that fails ends nothing, and one that hangs stops only this
                await in_thread(lambda: os.utime(descriptor), name="heartbeat")


@contextmanager
def sole_run(folder: Path) -> Iterator[RunLock]:
    """Holds the lock while the context is open; ConfigError names the process that holds it. A crash releases it.

    A folder that cannot be written to is no reason not to run: then there is no lock.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / LOCK).open("a+")
    except OSError:
        yield RunLock()
        return
    with file:
        if not _acquired(file):
            raise ConfigError(
                f"STATE_DIRECTORY={folder} is in use by process {_pid(folder)}; stop that one first, or give this one "
                "a STATE_DIRECTORY of its own"
            )
        descriptor = file.fileno()
        failed, crashed = _last_run(descriptor)
        with suppress(OSError):  # a full disk: the lock holds all the same
            _write(descriptor, str(os.getpid()))
        last = ""
        try:
            yield RunLock(descriptor, crashed, failed)
        except CctvImagesError as error:
            last = f"{_since_boot():.0f} {error}" if error.exit_status == 1 else ""
            raise
        finally:  # any error is a reason that is in the log
            concurrent.futures.wait([started(lambda: _write(descriptor, last), name="end of run")], STOP_DEADLINE)


def _last_run(descriptor: int) -> tuple[tuple[float, str] | None, datetime | None]:
    """When and why it failed, and when it crashed."""
    text = os.pread(descriptor, 1000, 0).decode(errors="replace")
    moment, space, reason = text.partition(" ")
    if space and moment.isdecimal():
        return (_since_boot() - float(moment), reason), None
    return None, datetime.fromtimestamp(os.fstat(descriptor).st_mtime, UTC) if text else None


def _since_boot() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _write(descriptor: int, text: str) -> None:
    os.ftruncate(descriptor, 0)
    os.write(descriptor, text.encode())


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
        return (folder / LOCK).read_text()[:20].partition(" ")[0] or "unknown"
    except OSError:
        return "unknown"
