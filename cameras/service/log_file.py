"""A log file that rotates and follows its name."""

import os
import shutil
import time
from contextlib import suppress
from pathlib import Path


class LogFile:
    """A text stream for one thread.

    Before each text it checks that the file still has its name; if it was deleted or replaced, the text goes to a new
    file. Rotation keeps the file and moves its content, so that `tail -f` continues.
    """

    def __init__(
        self, path: Path, max_size: int = 10_000_000, old_files: int = 5, retry_interval: float = 60.0
    ) -> None:
        """`max_size` in bytes; a rotation that failed is tried again after `retry_interval` seconds.

        A text larger than `max_size` is written as a whole.
        """
        self.path = path.absolute()
        self.max_size = max_size
        self.old_files = old_files
        self.retry_interval = retry_interval
        self.rotate_after = 0.0  # monotonic time
        self.cut = False  # the last line written has no end
        self.descriptor = -1  # closed

    def open(self) -> None:
        """Create the file and its folder where they are missing; OSError if that fails. `write` does so, too.

        The old file is closed first: on a full disk, a deleted file frees its space only then.
        """
        self.close()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        self.cut = False

    def close(self) -> None:
        if self.descriptor >= 0:
            descriptor, self.descriptor = self.descriptor, -1
            os.close(descriptor)

    def write(self, text: str) -> None:
        """Append `text`, one or more lines; OSError if the disk does not take all of it."""
        if not self._has_its_name():
            self.open()
        line = text.encode(errors="backslashreplace")
        if self._is_full(len(line)):
            self._rotate()
        line = b"\n" * self.cut + line
        while line:
            written = os.write(self.descriptor, line)
            self.cut = not line[:written].endswith(b"\n")
            line = line[written:]

    def _has_its_name(self) -> bool:
        try:
            return os.path.samestat(self.path.stat(), os.fstat(self.descriptor))
        except OSError:
            return False

    def _is_full(self, more: int) -> bool:
        """Whether to rotate before `more` bytes are written. The size of a pipe or a device is 0: it never rotates."""
        size = os.fstat(self.descriptor).st_size
        return 0 < size > self.max_size - more and time.monotonic() >= self.rotate_after

    def _rotate(self) -> None:
        """Copy first, then shift the old files: on a full disk these stay, and the log grows where it is."""
        copy = self._old("copy")
        try:
            shutil.copyfile(self.path, copy)
            for number in range(self.old_files, 1, -1):
                with suppress(FileNotFoundError):
                    self._old(number - 1).replace(self._old(number))
            copy.replace(self._old(1))
            os.ftruncate(self.descriptor, 0)
            self.cut = False
        except OSError:
            self.rotate_after = time.monotonic() + self.retry_interval
            copy.unlink(missing_ok=True)

    def _old(self, suffix: int | str) -> Path:
        return self.path.with_name(f"{self.path.name}.{suffix}")
