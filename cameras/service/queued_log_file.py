"""A log file written by a thread of its own, so that a disk that hangs never stops the process."""

import concurrent.futures
import logging
import threading
import time
from logging.handlers import QueueHandler

from cameras.service.log_file import LogFile
from cameras.service.log_queue import LogQueue

EXIT_TIMEOUT = 2.0  # seconds that the end of the process waits for the disk
SLOW = 10.0  # seconds after which a disk that has not answered is reported

log = logging.getLogger(__name__)


class QueuedLogFile(QueueHandler):
    """A logging handler that never waits for the disk: lines go into a queue, and a daemon thread writes them.

    Lines are formatted in the caller. A record in the queue would keep its arguments alive, such as an exception with
    all its frames, and would show changes made to them after the call. QueueListener of the standard library does not
    fit: its stop() raises if the queue is full, and joins its thread without a limit.
    """

    def __init__(self, file: LogFile, lines: LogQueue | None = None) -> None:
        self.lines = lines or LogQueue()
        super().__init__(self.lines)
        self.file = file
        self._refused = ""  # why the disk did not take the latest lines
        self._busy_since = 0.0  # monotonic seconds, when the call of the disk that has not returned yet began; or 0
        self.opened: concurrent.futures.Future[None] = concurrent.futures.Future()
        self.thread = threading.Thread(target=self._run, name="log file", daemon=True)
        self.thread.start()

    def wait_until_open(self, timeout: float) -> bool:
        """Whether the file is open, after at most `timeout` seconds; OSError if it cannot be opened."""
        if not concurrent.futures.wait([self.opened], timeout).done:
            return False
        self.opened.result()
        return True

    @property
    def problem(self) -> str:
        """Why the file does not have the latest lines, else empty."""
        if (since := self._busy_since) and time.monotonic() - since > SLOW:
            return f"log file {self.file.path}: its disk does not respond"
        return self._refused and f"log file {self.file.path} cannot be written: {self._refused}"

    def flush(self) -> None:
        """Wait for the disk, at most EXIT_TIMEOUT seconds. logging.shutdown calls this when the process ends."""
        if not self.lines.join(EXIT_TIMEOUT):
            lost = self.lines.unfinished()
            log.warning("log file %s does not respond; its last %d lines are lost", self.file.path, lost)

    def close(self) -> None:
        """The thread ends once it has written the lines that wait."""
        self.lines.close()
        super().close()

    def _run(self) -> None:
        self._busy_since = time.monotonic()
        try:
            self.file.open()
            self.opened.set_result(None)
        except OSError as error:
            self.opened.set_exception(error)
        self._busy_since = 0.0
        while True:
            lines, dropped = self.lines.get()
            if not lines:
                return self.file.close()
            if dropped:
                lines.append(self._report(dropped))
            self._write("".join(lines))
            self.lines.task_done()

    def _write(self, text: str) -> None:
        self._busy_since = time.monotonic()
        try:
            self.file.write(text)
            self._refused = ""
        except OSError as error:  # a full disk loses the lines
            self._refused = error.strerror or str(error)
        self._busy_since = 0.0

    def _report(self, dropped: int) -> str:
        text = "%d lines of this file were dropped while its disk did not keep up"
        return self.format(log.makeRecord(log.name, logging.WARNING, __file__, 0, text, (dropped,), None)) + "\n"
