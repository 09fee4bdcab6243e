"""Standard error, whose reader may stop reading."""

import logging
import os
import select
import sys

AT_ONCE = 4096  # bytes; a pipe that says it is ready takes so many without a wait (POSIX: PIPE_BUF, pipe(7))


class Console(logging.Handler):
    """A reader that has stopped, such as a paused `less` or a log collector on a hung disk, costs lines: logging's own
    handler would wait for it, and with it all cameras."""

    def emit(self, record: logging.LogRecord) -> None:
        rest = f"{self.format(record)}\n".encode(errors="backslashreplace")
        try:
            number = sys.stderr.fileno()
            while rest and select.select([], [number], [], 0)[1]:
                rest = rest[os.write(number, rest[:AT_ONCE]) :]
        except (OSError, ValueError):  # closed, or its reader is gone
            pass
