"""Sets up logging: to standard error, and to a file that `tail -f` can follow indefinitely."""

import logging
import sys
import time
from pathlib import Path
from types import TracebackType

from cameras.errors import ConfigError
from cameras.service.console import Console
from cameras.service.log_file import LogFile

FORMAT = "%(asctime)s %(levelname)s %(message)s"
CREDENTIALS_LOGGERS = ("aiobotocore.credentials", "botocore.credentials")

log = logging.getLogger(__name__)


def set_up(level: str, file: Path | None, quiet: logging.Logger | None = None) -> None:
    """Log to standard error and to `file`; ConfigError if that cannot be opened.

    `level` is for our own lines. Those of libraries start at WARNING: their DEBUG lines show addresses and headers.
    With `quiet` the console gets only WARNING and above, and of that logger and those below it only lines with a
    traceback: for commands that print each camera's result themselves.
    """
    console = logging.StreamHandler(Console())
    if quiet:
        console.setLevel(logging.WARNING)
        console.addFilter(lambda record: not record.name.startswith(quiet.name) or bool(record.exc_info))
    handlers: list[logging.Handler] = [console, *([logging.StreamHandler(_open(file))] if file else [])]
    for handler in handlers:
        handler.setFormatter(_formatter())
        handler.addFilter(RateLimit("asyncio"))
    logging.raiseExceptions = False  # a full disk loses the line, without a traceback for each
    logging.basicConfig(level=logging.WARNING, handlers=handlers, force=True)
    logging.getLogger("cameras").setLevel(level)
    for name in CREDENTIALS_LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # they log a traceback per upload; `uploads` logs one line
    sys.excepthook = _log_bug


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


def _open(file: Path) -> LogFile:
    try:
        return LogFile(file)
    except OSError as error:
        raise ConfigError(
            f"LOG_FILE={file}: {error.strerror}; name a file in a folder that the service may write to"
        ) from error


def _formatter() -> logging.Formatter:
    """Times are UTC."""
    formatter = logging.Formatter(FORMAT)
    formatter.converter = time.gmtime
    formatter.default_msec_format = "%s.%03dZ"
    return formatter


def _log_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    log.critical("unexpected error, exiting; please report it", exc_info=(kind, error, trace))
