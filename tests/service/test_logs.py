import logging
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cameras.errors import ConfigError
from cameras.service import logs

TOP = Path(__file__).parents[2]
pytestmark = pytest.mark.usefixtures("logging_restored")


def written(file: Path) -> str:
    assert logs.flush(10)
    return file.read_text()


def test_repeated_asyncio_line_is_logged_once_a_minute(tmp_path: Path) -> None:
    logs.set_up("INFO", tmp_path / "cctv.log")
    for _ in range(1000):
        logging.getLogger("asyncio").error("socket.accept() out of system resource")
    for _ in range(2):
        logging.getLogger("cameras").error("ours")
    logging.getLogger("asyncio").error("another")
    assert [line.split(" ERROR ")[1] for line in written(tmp_path / "cctv.log").splitlines()] == [
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


def test_missing_app_token_is_logged_once_a_day_at_info(tmp_path: Path) -> None:
    logs.set_up("INFO", tmp_path / "cctv.log")
    for _ in range(3):
        logging.warning("Requests made without an app_token will be subject to strict throttling limits.")
        logging.warning("another line")
    levels = [line.split()[2] for line in written(tmp_path / "cctv.log").splitlines()]
    assert levels == ["INFO", "WARNING", "WARNING", "WARNING"]
    once = logs.OncePerDay("again")
    record = logging.makeLogRecord({"msg": "again"})
    assert [once.filter(record), once.filter(record)] == [True, False]
    once.next -= 86400
    assert once.filter(record)


def test_log_file_that_cannot_be_written_any_more_is_a_problem(tmp_path: Path) -> None:
    """Its folder was deleted, and cannot be created anew; it is reopened as soon as it can."""
    file = tmp_path / "logs" / "cctv.log"
    logs.set_up("INFO", file)
    assert logs.problems() == []
    shutil.rmtree(file.parent)
    file.parent.touch()
    logging.getLogger("cameras").info("lost")
    assert logs.flush(10)
    assert logs.problems() == [f"log file {file} cannot be written: File exists"]
    file.parent.unlink()
    logging.getLogger("cameras").info("written")
    assert written(file).endswith(" INFO written\n")
    assert logs.problems() == []


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
    text = written(tmp_path / "cctv.log")
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
    console, file = capfd.readouterr().err, written(tmp_path / "cctv.log")
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


def test_console_line_has_time_and_level(capfd: pytest.CaptureFixture[str]) -> None:
    logs.set_up("INFO", None)
    logging.getLogger("cameras").info("information")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z INFO information\n", capfd.readouterr().err)


def test_console_line_for_the_journal_has_a_priority(capfd: pytest.CaptureFixture[str]) -> None:
    stderr = os.fstat(sys.stderr.fileno())
    logs.set_up("INFO", None, journal_stream=f"{stderr.st_dev}:{stderr.st_ino}")
    logging.getLogger("cameras").info("information")
    logging.getLogger("cameras").warning("a warning")
    assert capfd.readouterr().err == "<6>INFO information\n<4>WARNING a warning\n"


def test_start_goes_on_when_the_log_disk_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(logs, "OPEN_TIMEOUT", 0.1)
    os.mkfifo(tmp_path / "cctv.log")
    logs.set_up("INFO", tmp_path / "cctv.log")
    logging.getLogger("cameras").info("first")
    assert not logs.flush(0)
    assert f"WARNING LOG_FILE={tmp_path}/cctv.log does not respond; its newest lines are" in capfd.readouterr().err
    with (tmp_path / "cctv.log").open() as reader:
        assert " WARNING LOG_FILE=" in reader.readline()
        assert " INFO first" in reader.readline()
        assert logs.flush(10)


def test_crash_shows_what_each_thread_did() -> None:
    code = 'import os; from cameras.service import logs; logs.set_up("INFO", None); os.abort()'
    process = subprocess.run([sys.executable, "-c", code], stderr=subprocess.PIPE, cwd=TOP, text=True)
    assert process.returncode == -signal.SIGABRT
    assert "Fatal Python error: Aborted" in process.stderr
    assert 'File "<string>", line 1 in <module>' in process.stderr


def test_bug_that_ends_the_process_is_in_the_log_file(tmp_path: Path) -> None:
    logs.set_up("INFO", tmp_path / "cctv.log")
    error = RuntimeError("boom")
    sys.excepthook(RuntimeError, error, None)
    text = written(tmp_path / "cctv.log")
    assert "CRITICAL unexpected error, exiting; please report it" in text
    assert "RuntimeError: boom" in text
