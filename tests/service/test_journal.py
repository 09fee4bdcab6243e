import logging
import os
import sys
from pathlib import Path

import pytest

from cameras.service.journal import JournalFormatter, stderr_is_journal
from tests.process import Program


def test_stderr_is_the_journal_if_device_and_inode_match() -> None:
    stderr = os.fstat(sys.stderr.fileno())
    assert stderr_is_journal(f"{stderr.st_dev}:{stderr.st_ino}")
    assert not stderr_is_journal(f"{stderr.st_dev}:{stderr.st_ino + 1}")
    assert not stderr_is_journal("")


def test_missing_stderr_is_not_the_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    assert not stderr_is_journal("1:2")


@pytest.mark.parametrize(
    ("level", "line"),
    [
        (logging.DEBUG, "<7>DEBUG text"),
        (logging.INFO, "<6>INFO text"),
        (logging.WARNING, "<4>WARNING text"),
        (logging.ERROR, "<3>ERROR text"),
        (logging.CRITICAL, "<2>CRITICAL text"),
        (35, "<5>Level 35 text"),
    ],
)
def test_line_begins_with_the_priority_of_its_level(level: int, line: str) -> None:
    record = logging.LogRecord("cameras", level, __file__, 1, "%s", ("text",), None)
    assert JournalFormatter().format(record) == line


def test_each_line_of_a_traceback_has_the_priority() -> None:
    error = RuntimeError("boom")
    record = logging.LogRecord("cameras", logging.ERROR, __file__, 1, "bug", (), (RuntimeError, error, None))
    assert JournalFormatter().format(record) == "<3>ERROR bug\n<3>RuntimeError: boom"


def test_exit_before_logging_is_set_up_has_a_priority(tmp_path: Path) -> None:
    (tmp_path / "err").touch()
    err = (tmp_path / "err").stat()
    with Program(tmp_path, INTERVAL="x", JOURNAL_STREAM=f"{err.st_dev}:{err.st_ino}") as program:
        assert program.end() == 2
    assert program.err.startswith("<3>ERROR INTERVAL='x' ")
