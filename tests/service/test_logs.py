import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cameras.errors import ConfigError
from cameras.service import logs


@pytest.fixture(autouse=True)
def logging_restored() -> Iterator[None]:
    root, ours, hook = logging.getLogger(), logging.getLogger("cameras"), sys.excepthook
    handlers, levels = root.handlers[:], (root.level, ours.level)
    yield
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    ours.setLevel(levels[1])
    for name in logs.CREDENTIALS_LOGGERS:
        logging.getLogger(name).setLevel(logging.NOTSET)
    logging.raiseExceptions = True
    sys.excepthook = hook


def test_repeated_asyncio_line_is_logged_once_a_minute(tmp_path: Path) -> None:
    logs.set_up("INFO", tmp_path / "cctv.log")
    for _ in range(1000):
        logging.getLogger("asyncio").error("socket.accept() out of system resource")
    for _ in range(2):
        logging.getLogger("cameras").error("ours")
    logging.getLogger("asyncio").error("another")
    assert [line.split(" ERROR ")[1] for line in (tmp_path / "cctv.log").read_text().splitlines()] == [
        "socket.accept() out of system resource",
        "ours",
        "ours",
        "another",
    ]


def test_rate_limit_passes_the_same_line_after_its_interval() -> None:
    record = logging.makeLogRecord({"name": "asyncio", "msg": "again"})
    limit = logs.RateLimit("asyncio", interval=0.0)
    assert [limit.filter(record) for _ in range(3)] == [True] * 3
    limit = logs.RateLimit("asyncio")
    assert [limit.filter(record) for _ in range(3)] == [True, False, False]


def test_filters_of_other_loggers_stay(tmp_path: Path) -> None:
    before = logging.getLogger("asyncio").filters[:]
    logs.set_up("INFO", tmp_path / "cctv.log")
    assert logging.getLogger("asyncio").filters == before


def test_libraries_log_warnings_only_at_any_level(tmp_path: Path) -> None:
    logs.set_up("DEBUG", tmp_path / "cctv.log")
    logging.getLogger("botocore.auth").debug("signature of secret")
    logging.getLogger("botocore.hooks").warning("a warning")
    logging.getLogger("aiobotocore.credentials").warning("for each upload")
    logging.getLogger("cameras.watch").debug("our own")
    text = (tmp_path / "cctv.log").read_text()
    assert "our own" in text
    assert "a warning" in text
    assert "signature" not in text
    assert "for each upload" not in text


def test_quiet_logger_reaches_the_console_only_with_a_traceback(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    quiet = logging.getLogger("cameras.test.quiet")
    logs.set_up("INFO", tmp_path / "cctv.log", quiet)
    quiet.warning("camera failed")
    quiet.warning("bug", exc_info=RuntimeError("boom"))
    logging.getLogger("cameras.test").info("information")
    logging.getLogger("cameras.test").warning("uploads are failing")
    console, file = capfd.readouterr().err, (tmp_path / "cctv.log").read_text()
    for line in ("bug", "RuntimeError: boom", "uploads are failing"):
        assert line in console
        assert line in file
    for line in ("camera failed", "information"):
        assert line not in console
        assert line in file


def test_log_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"LOG_FILE=.*/file/cctv.log: (Not a directory|File exists); name a file in"):
        logs.set_up("INFO", tmp_path / "file" / "cctv.log")


def test_bug_that_ends_the_process_is_in_the_log_file(tmp_path: Path) -> None:
    logs.set_up("INFO", tmp_path / "cctv.log")
    error = RuntimeError("boom")
    sys.excepthook(RuntimeError, error, None)
    text = (tmp_path / "cctv.log").read_text()
    assert "CRITICAL unexpected error, exiting; please report it" in text
    assert "RuntimeError: boom" in text
