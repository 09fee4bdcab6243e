"""A bounded queue of log lines, from all threads to the one that writes them."""

import heapq
import logging
import threading
from collections import deque
from itertools import count

Numbered = tuple[int, str]  # position in the log, and the line with its end


class LogQueue:
    """The queue of a logging.handlers.QueueHandler. Putting never waits: a full queue drops a line and counts it.

    The oldest DEBUG and INFO lines are dropped first, then the oldest of the others. A record is one line here, even if
    its text has several, such as a traceback.
    """

    def __init__(self, limit: int = 10_000) -> None:
        self.limit = limit
        self.closed = False
        self._numbers = count()
        self._minor: deque[Numbered] = deque()  # DEBUG and INFO
        self._major: deque[Numbered] = deque()  # WARNING and above
        self._dropped = 0  # since the last `get`
        self._taken = 0  # lines that `get` returned, until `task_done`
        self._changed = threading.Condition()  # reentrant: the garbage collector may log while this thread holds it

    def put_nowait(self, record: logging.LogRecord) -> None:
        """Add a record whose message is the finished line, as QueueHandler.prepare makes it."""
        with self._changed:
            lines = self._major if record.levelno >= logging.WARNING else self._minor
            lines.append((next(self._numbers), record.getMessage() + "\n"))
            if len(self._minor) + len(self._major) > self.limit:
                (self._minor or self._major).popleft()
                self._dropped += 1
            self._changed.notify_all()

    def get(self) -> tuple[list[str], int]:
        """Wait for lines and take all of them, oldest first; and how many were dropped since the last call.

        No lines: the queue is closed.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._minor or self._major or self.closed)
            minor, self._minor = self._minor, deque()
            major, self._major = self._major, deque()
            dropped, self._dropped = self._dropped, 0
            self._taken = len(minor) + len(major)
        return [line for _, line in heapq.merge(minor, major)], dropped

    def task_done(self) -> None:
        """The lines of the last `get` are written, or lost."""
        with self._changed:
            self._taken = 0
            self._changed.notify_all()

    def unfinished(self) -> int:
        """The number of lines that were put and are not yet written."""
        return self._taken + len(self._minor) + len(self._major)

    def join(self, timeout: float) -> bool:
        """Wait at most `timeout` seconds for all lines to be written; whether they are."""
        with self._changed:
            return self._changed.wait_for(lambda: not self.unfinished(), timeout)

    def close(self) -> None:
        """`get` still returns the lines that wait, then none."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()
