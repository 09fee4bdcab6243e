"""Sets up logging: to standard error, and to a file that `tail -f` can follow indefinitely."""

import faulthandler
import logging
import sys
import time
from pathlib import Path
from types import TracebackType

from cameras.errors import ConfigError
from cameras.service.console import Console
from cameras.service.journal import PRIORITIES, JournalFormatter, stderr_is_journal
from cameras.service.log_file import LogFile
from cameras.service.queued_log_file import QueuedLogFile

FORMAT = "%(asctime)s %(levelname)s %(message)s"
OPEN_TIMEOUT = 2.0  # seconds; then the start goes on without the log file
CREDENTIALS_LOGGERS = ("aiobotocore.credentials", "botocore.credentials")

log = logging.getLogger(__name__)


def set_up(level: str, file: Path | None, quiet: logging.Logger | None = None, journal_stream: str = "") -> None:
    """Log to standard error and to `file`; ConfigError if that cannot be opened.

    `level` is for our own lines. Those of libraries start at WARNING: their DEBUG lines show addresses and headers.
    With `quiet` the console gets only WARNING and above, and of that logger and those below it only lines
    with a traceback: for commands that print each camera's result themselves. `journal_stream` is $JOURNAL_STREAM.
    No call of logging ever waits, neither for standard error nor for the disk.
    """
    queued = _open(file) if file else None
    handlers: list[logging.Handler] = [_console(quiet, journal_stream), *([queued] if queued else [])]
    for handler in handlers:
        handler.addFilter(RateLimit("asyncio"))
    logging.raiseExceptions = False  # a line that cannot be written is lost, without a traceback for each
    logging.basicConfig(level=logging.WARNING, handlers=handlers, force=True)
    logging.getLogger().addFilter(OncePerDay("Requests made without an app_token"))
    logging.getLogger("cameras").setLevel(level)
    for name in CREDENTIALS_LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # they log a traceback per upload; `uploads` logs one line
    _report_crashes()
    if queued and not queued.opened.done():
        log.warning("LOG_FILE=%s does not respond; its newest lines are kept in memory until it does", file)


def flush(timeout: float) -> bool:
    """Wait at most `timeout` seconds for the log file to have every line logged so far; whether it has."""
    return all(handler.lines.join(timeout) for handler in _log_files())


def problems() -> list[str]:
    """Why the log file does not have the latest lines: at most one problem."""
    return [handler.problem for handler in _log_files() if handler.problem]


def _log_files() -> list[QueuedLogFile]:
    return [handler for handler in logging.getLogger().handlers if isinstance(handler, QueuedLogFile)]


class RateLimit(logging.Filter):
    """Drops a line of `logger` that repeats its last one within `interval` seconds.

    asyncio logs "socket.accept() out of system resource" about 1,000 times per second.
    """

    def __init__(self, logger: str, interval: float = 60.0) -> None:
        super().__init__()
        self.logger = logger
        self.interval = interval
        self.last = ("", 0.0)  # message, monotonic time

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name != self.logger:
            return True
        message, now = record.getMessage(), time.monotonic()
        if message == self.last[0] and now < self.last[1] + self.interval:
            return False
        self.last = (message, now)
        return True


class OncePerDay(logging.Filter):
    """Lets a line that begins with `text` through once per day, at INFO.

    sodapy logs at WARNING that there is no app token, each time that the list is read.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.next = 0.0  # monotonic time

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.getMessage().startswith(self.text):
            return True
        record.levelno, record.levelname = logging.INFO, "INFO"
        due, now = self.next, time.monotonic()
        if now >= due:
            self.next = now + 86400
        return now >= due and logging.getLogger("cameras").isEnabledFor(logging.INFO)


def _console(quiet: logging.Logger | None, journal_stream: str) -> logging.Handler:
    journal = stderr_is_journal(journal_stream)
    console = logging.StreamHandler(Console(PRIORITIES[logging.WARNING] if journal else ""))
    console.setFormatter(JournalFormatter() if journal else _formatter())
    if quiet:
        console.setLevel(logging.WARNING)
        console.addFilter(lambda record: not record.name.startswith(quiet.name) or bool(record.exc_info))
    return console


def _open(file: Path) -> QueuedLogFile:
    """Open, or waiting for a disk that does not respond; ConfigError if it cannot be opened."""
    queued = QueuedLogFile(LogFile(file))
    queued.setFormatter(_formatter())
    try:
        queued.wait_until_open(OPEN_TIMEOUT)
    except OSError as error:
        queued.close()
        raise ConfigError(
            f"LOG_FILE={file}: {error.strerror}; name a file in a folder that the service may write to"
        ) from error
    return queued


def _formatter() -> logging.Formatter:
    """Times are UTC."""
    formatter = logging.Formatter(FORMAT)
    formatter.converter = time.gmtime
    formatter.default_msec_format = "%s.%03dZ"
    return formatter


def _report_crashes() -> None:
    sys.excepthook = _log_bug
    if sys.stderr and not faulthandler.is_enabled():
        faulthandler.enable()  # SIGSEGV, or the watchdog's SIGABRT, shows what each thread was doing


def _log_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    log.critical("unexpected error, exiting; please report it", exc_info=(kind, error, trace))
