"""The log: standard error, a file that `tail -f` can follow for ever, and a summary of each interval."""

import logging
import logging.handlers
import os
import shutil
import sys
import time
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType

from cameras.errors import ConfigError
from cameras.service.console import Console

FORMAT = "%(asctime)s %(levelname)s %(message)s"
FILE_SIZE = 10_000_000  # bytes
OLD_FILES = 5
COPY_SUFFIX = ".copy"  # suffix, while it is being made
CREDENTIALS = ("aiobotocore.credentials", "botocore.credentials")  # loggers
ROTATION_RETRY_INTERVAL = 60.0  # seconds until a rotation that failed is tried again: copying takes time
REPEAT_INTERVAL = 60.0  # seconds until asyncio may say the same again

log = logging.getLogger(__name__)


def set_up(level: str, file: Path | None, cameras_on_console: bool = True) -> None:
    """Log to standard error and to `file`; ConfigError if it cannot be written. Without `cameras_on_console`, for a
    command that tells each camera's fate itself, standard error gets only warnings, and of single cameras only bugs.

    Only our own lines go below WARNING: the libraries' DEBUG lines would show addresses and headers.
    """
    handlers: list[logging.Handler] = [logging.StreamHandler(Console())]
    if not cameras_on_console:
        handlers[0].setLevel(logging.WARNING)
        handlers[0].addFilter(lambda record: record.name != "cameras.watch.watcher" or bool(record.exc_info))
    if file:
        handlers.append(_rotating(file))
    formatter = logging.Formatter(FORMAT)
    formatter.converter = time.gmtime
    formatter.default_msec_format = "%s.%03dZ"
    for handler in handlers:
        handler.setFormatter(formatter)
    logging.raiseExceptions = False  # a full disk costs the line, not a traceback for each
    logging.basicConfig(level=logging.WARNING, handlers=handlers, force=True)
    logging.getLogger("cameras").setLevel(level)
    logging.getLogger("asyncio").filters[:] = [RateLimit()]
    for name in CREDENTIALS:
        logging.getLogger(name).setLevel(logging.CRITICAL)  # a traceback at each put, where `uploads` tells it once
    sys.excepthook = _log_bug


class RateLimit(logging.Filter):
    """Drops a message repeated within REPEAT_INTERVAL: asyncio can log one 1,000 times per second."""

    def __init__(self) -> None:
        super().__init__()
        self.last = ("", 0.0)

    def filter(self, record: logging.LogRecord) -> bool:
        message, now = record.getMessage(), time.monotonic()
        if message == self.last[0] and now < self.last[1] + REPEAT_INTERVAL:
            return False
        self.last = (message, now)
        return True


class LogFile(logging.handlers.RotatingFileHandler):
    """Rotates in the way that `tail -f` survives, and begins anew when somebody has deleted the file or its folder.

    Whatever the disk does costs lines at most: logging's own `emit` lets no error out.
    """

    not_before = 0.0  # when a rotation may be tried again, by the clock that nobody sets

    def emit(self, record: logging.LogRecord) -> None:
        if self.stream and not os.path.exists(self.baseFilename):  # noqa: PTH110  a str, looked at for each line
            with suppress(OSError):  # its last line may still wait for space on a full disk
                self.stream.close()
            self.stream = None  # as logging itself does; then it opens the file anew
        super().emit(record)

    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
        return super()._open()

    def shouldRollover(self, record: logging.LogRecord) -> bool:  # noqa: N802  as in logging
        return time.monotonic() >= self.not_before and bool(super().shouldRollover(record))

    def doRollover(self) -> None:  # noqa: N802  its name in logging
        """Copy first, and only then push the old files on: on a full disk these stay, and the log grows where it is."""
        try:
            shutil.copyfile(self.baseFilename, self.baseFilename + COPY_SUFFIX)
        except OSError:
            Path(self.baseFilename + COPY_SUFFIX).unlink(missing_ok=True)
            self.not_before = time.monotonic() + ROTATION_RETRY_INTERVAL
        else:
            super().doRollover()


def _rotating(file: Path) -> logging.Handler:
    try:
        handler = LogFile(file, maxBytes=FILE_SIZE, backupCount=OLD_FILES, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"LOG_FILE={file}: {error.strerror}; name a file in a folder that we may write to") from error
    handler.rotator = _use_copy_and_truncate
    return handler


def _use_copy_and_truncate(source: str, destination: str) -> None:
    """Renaming the file itself, the default, would leave `tail -f` on the old one."""
    Path(source + COPY_SUFFIX).replace(destination)
    os.truncate(source, 0)


def _log_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    log.critical("ended by a bug; please report it", exc_info=(kind, error, trace))
