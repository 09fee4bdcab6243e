"""The log: standard error, a file that `tail -f` can follow for ever, and a summary of each interval."""

import logging
import logging.handlers
import os
import shutil
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from types import TracebackType

from cameras.camera import Status
from cameras.errors import ConfigError
from cameras.ticks import Tick
from cameras.uploads import Uploads

FORMAT = "%(asctime)s %(levelname)s %(message)s"
FILE_SIZE = 10_000_000  # bytes
OLD_FILES = 5

log = logging.getLogger(__name__)


def set_up(level: str, file: Path | None, console_level: str = "DEBUG") -> None:
    """Log to standard error and to `file`; ConfigError if it cannot be written.

    Only our own lines go below WARNING: the libraries' DEBUG lines would show addresses and headers.
    """
    handlers: list[logging.Handler] = [logging.StreamHandler()]
    handlers[0].setLevel(console_level)
    if file:
        handlers.append(_rotating(file))
    formatter = logging.Formatter(FORMAT)
    formatter.converter = time.gmtime
    formatter.default_msec_format = "%s.%03dZ"
    for handler in handlers:
        handler.setFormatter(formatter)
    logging.basicConfig(level=logging.WARNING, handlers=handlers, force=True)
    logging.getLogger("cameras").setLevel(level)
    sys.excepthook = _log_bug


def _rotating(file: Path) -> logging.Handler:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            file, maxBytes=FILE_SIZE, backupCount=OLD_FILES, encoding="utf-8"
        )
    except OSError as error:
        raise ConfigError(f"LOG_FILE={file}: {error.strerror}; name a file in a folder that we may write to") from error
    handler.rotator = _copy_and_truncate
    return handler


def _copy_and_truncate(source: str, destination: str) -> None:
    """Renaming, the default, would leave `tail -f` on the old file."""
    shutil.copyfile(source, destination)
    os.truncate(source, 0)


def _log_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    log.critical("ended by a bug; please report it", exc_info=(kind, error, trace))


async def summaries(ticks: AsyncIterator[Tick], fleet: Iterable[Status], uploads: Uploads) -> None:
    """One INFO line at each tick."""
    async for _ in ticks:
        log.info("%s", summary(fleet, uploads))


def summary(fleet: Iterable[Status], uploads: Uploads) -> str:
    """`live 962, failing 21, stopped 17 (Unreachable 30, LoginRejected 8)`: states, then why, by the error's name."""
    statuses = list(fleet)
    states = Counter(status.state for status in statuses)
    shown = {"live": 0, "failing": 0, "stopped": 0, **states}
    reasons = Counter(type(status.error).__name__ for status in statuses if status.error)
    line = ", ".join(f"{state} {count}" for state, count in shown.items())
    if reasons:
        line += " (" + ", ".join(f"{name} {count}" for name, count in reasons.most_common()) + ")"
    return line + (f"; store fails, {uploads.failed} uploads lost" if uploads.error else "")
