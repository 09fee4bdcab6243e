"""Fixtures for what sets up logging."""

import logging
import sys
from collections.abc import Iterator

import pytest

from cameras.service import logs


@pytest.fixture
def logging_restored() -> Iterator[None]:
    root, ours, hook = logging.getLogger(), logging.getLogger("cameras"), sys.excepthook
    handlers, filters, levels = root.handlers[:], root.filters[:], (root.level, ours.level)
    yield
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    root.handlers[:] = handlers
    root.filters[:] = filters
    root.setLevel(levels[0])
    ours.setLevel(levels[1])
    for name in logs.CREDENTIALS_LOGGERS:
        logging.getLogger(name).setLevel(logging.NOTSET)
    logging.raiseExceptions = True
    sys.excepthook = hook
