"""Standard error, whose reader may stop reading."""

import os
import select
import sys

PIPE_BUF = 4096  # bytes; a pipe that says it is ready takes so many without a wait (POSIX: PIPE_BUF, pipe(7))


class Console:
    """For a StreamHandler, which lets no error out. A reader that has stopped, such as a paused `less` or a collector
    on a hung disk, costs lines: sys.stderr itself would wait for it, and with it all cameras."""

    def write(self, text: str) -> None:
        rest = text.encode(errors="backslashreplace")
        number = sys.stderr.fileno()
        while rest and select.select([], [number], [], 0)[1]:
            rest = rest[os.write(number, rest[:PIPE_BUF]) :]
