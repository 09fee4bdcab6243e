"""Lines for systemd's journal, which adds the time itself and reads the priority from the line. See sd-daemon(3)."""

import logging
import os
import sys

PRIORITIES = {  # of syslog(3)
    logging.DEBUG: "<7>",
    logging.INFO: "<6>",
    logging.WARNING: "<4>",
    logging.ERROR: "<3>",
    logging.CRITICAL: "<2>",
}


def stderr_is_journal(stream: str) -> bool:
    """Whether standard error leads to the journal. `stream` is $JOURNAL_STREAM, device and inode: systemd.exec(5).

    The variable alone does not say so: a process whose standard error was redirected has inherited it.
    """
    try:
        found = os.fstat(sys.stderr.fileno()) if sys.stderr else None
    except OSError:
        return False
    return found is not None and stream == f"{found.st_dev}:{found.st_ino}"


class JournalFormatter(logging.Formatter):
    """Each line of a traceback has the priority of its record, because the journal stores it as an entry of its own."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        priority = PRIORITIES.get(record.levelno, "<5>")  # another level, of a library
        return "\n".join(priority + line for line in super().format(record).split("\n"))
