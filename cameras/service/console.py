"""Standard error that never blocks."""

import os
import select
import sys


class Console:
    """A text stream for logging.StreamHandler. Lines that standard error does not take at once are dropped and counted.

    sys.stderr itself would block while its reader does not read, such as a paused `less` or a log collector whose disk
    does not respond, and the whole program with it.
    """

    def __init__(self, prefix: str = "") -> None:
        """`prefix`: what the report of lost lines begins with, such as its priority for the journal."""
        self.prefix = prefix
        self.lost = 0  # lines, since one was last written completely
        self.cut = False  # the last line written has no end

    def write(self, text: str) -> None:
        """Write `text`, one or more lines, or drop it; OSError if standard error is broken."""
        if self.lost and self._write(f"{self.prefix}{self.lost} lines lost\n"):
            self.lost = 0
        if self.lost or not self._write(text):
            self.lost += text.count("\n")

    def _write(self, text: str) -> bool:
        """Whether all of `text` was written. A pipe that is ready takes PIPE_BUF bytes without blocking: pipe(7)."""
        remaining = ("\n" * self.cut + text).encode(errors="backslashreplace")
        stderr = sys.stderr.fileno()
        while remaining and select.select([], [stderr], [], 0)[1]:
            written = os.write(stderr, remaining[: select.PIPE_BUF])
            self.cut = not remaining[:written].endswith(b"\n")
            remaining = remaining[written:]
        return not remaining
