import logging
import resource
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cameras.commands.run import summaries
from cameras.errors import ConfigError
from cameras.service import logs
from cameras.service.logs import CREDENTIALS
from tests.fakes import some_ticks

TOP = Path(logs.__file__).parents[2]


@pytest.fixture
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
    for name in CREDENTIALS:
        logging.getLogger(name).setLevel(logging.NOTSET)
    logging.getLogger("asyncio").filters.clear()
    logging.raiseExceptions = True
    sys.excepthook = hook


@pytest.mark.usefixtures("logging_restored")
def test_tail_follows_the_file_through_a_rotation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "FILE_SIZE", 2000)
    file = tmp_path / "logs" / "cctv.log"
    logs.set_up("INFO", file)
    log = logging.getLogger("cameras.test")
    log.info("line 0")
    with subprocess.Popen(["tail", "-n", "+1", "-f", str(file)], stdout=subprocess.PIPE, text=True) as tail:
        assert tail.stdout
        assert tail.stdout.readline().endswith("INFO line 0\n")
        for number in range(1, 100):
            log.info("line %d", number)
            assert tail.stdout.readline().endswith(f"INFO line {number}\n")
        tail.terminate()
    assert (tmp_path / "logs" / "cctv.log.1").exists()
    assert file.stat().st_size <= 2000


def test_a_reader_of_standard_error_that_stops_reading_costs_lines_and_nothing_else() -> None:
    code = """import logging; from cameras.service import logs; logs.set_up("INFO", None)
for number in range(1000): logging.getLogger("cameras").info("line %d %s", number, "x" * 1000)"""
    with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, cwd=TOP) as process:
        try:
            assert process.wait(30) == 0
            assert process.stderr
            lines = process.stderr.read().splitlines()
        finally:
            process.kill()
    assert b" INFO line 0 xxx" in lines[0]
    assert 40 < len(lines) < 1000


@pytest.mark.parametrize("ending", ["2>&-", "2>&1 | true"])
def test_without_a_standard_error_the_file_has_all_lines(ending: str, tmp_path: Path) -> None:
    code = """import logging, sys, pathlib
from cameras.service import logs
logs.set_up("INFO", pathlib.Path(sys.argv[1]))
for number in range(1000): logging.getLogger("cameras").info("line %d", number)"""
    command = f'"$0" -c "$1" "$2" {ending}; true'
    subprocess.run(["sh", "-c", command, sys.executable, code, str(tmp_path / "log")], cwd=TOP, check=True)
    assert (tmp_path / "log").read_text().splitlines()[-1].endswith("line 999")


@pytest.mark.usefixtures("logging_restored")
def test_what_asyncio_tells_again_and_again_is_told_once_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs.set_up("INFO", tmp_path / "cctv.log")
    for _ in range(1000):
        logging.getLogger("asyncio").error("socket.accept() out of system resource")
    logging.getLogger("asyncio").error("another")
    monkeypatch.setattr(logs, "REPEAT_INTERVAL", 0.0)
    for _ in range(2):
        logging.getLogger("asyncio").error("another")
    assert [line.split(" ERROR ")[1] for line in (tmp_path / "cctv.log").read_text().splitlines()] == [
        "socket.accept() out of system resource",
        *["another"] * 3,
    ]


@pytest.mark.usefixtures("logging_restored")
def test_of_the_libraries_only_warnings_are_logged_whatever_the_level(tmp_path: Path) -> None:
    logs.set_up("DEBUG", tmp_path / "cctv.log")
    logging.getLogger("botocore.auth").debug("signature of secret")
    logging.getLogger("botocore.hooks").warning("a warning")
    logging.getLogger("aiobotocore.credentials").warning("told at each put")
    logging.getLogger("cameras.watch").debug("our own")
    text = (tmp_path / "cctv.log").read_text()
    assert "our own" in text
    assert "a warning" in text
    assert "signature" not in text
    assert "told at each put" not in text


@pytest.mark.usefixtures("logging_restored")
def test_a_log_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"LOG_FILE=.*/file/cctv.log: (Not a directory|File exists); name a file in"):
        logs.set_up("INFO", tmp_path / "file" / "cctv.log")


@pytest.mark.usefixtures("logging_restored")
def test_a_bug_that_ends_the_process_is_in_the_log_file(tmp_path: Path) -> None:
    logs.set_up("INFO", tmp_path / "cctv.log")
    error = RuntimeError("boom")
    sys.excepthook(RuntimeError, error, None)
    text = (tmp_path / "cctv.log").read_text()
    assert "CRITICAL ended by a bug; please report it" in text
    assert "RuntimeError: boom" in text


async def test_a_summary_is_logged_at_each_tick(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "cameras")
    await summaries(some_ticks(2), lambda: "live 2, failing 0")
    assert [record.getMessage() for record in caplog.records] == ["live 2, failing 0"] * 2


@pytest.mark.usefixtures("logging_restored")
@pytest.mark.parametrize("delete", [lambda file: file.unlink(), lambda file: shutil.rmtree(file.parent)])
def test_a_deleted_log_file_or_folder_begins_anew(tmp_path: Path, delete: Callable[[Path], None]) -> None:
    file = tmp_path / "logs" / "cctv.log"
    logs.set_up("INFO", file)
    log = logging.getLogger("cameras.test")
    log.info("before")
    delete(file)
    log.info("after")
    assert "after" in file.read_text()


@pytest.mark.usefixtures("logging_restored")
def test_a_log_that_is_deleted_because_its_disk_is_full_costs_lines_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "cctv.log"
    logs.set_up("INFO", file)
    log = logging.getLogger("cameras.test")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300, limits[1]))
    try:
        for _ in range(10):
            log.info("before %s", "x" * 100)
        file.unlink()
        log.info("after")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "after" in file.read_text()


@pytest.mark.usefixtures("logging_restored")
def test_a_log_folder_that_cannot_be_made_anew_costs_lines_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    logs.set_up("INFO", folder / "cctv.log")
    shutil.rmtree(folder)
    folder.write_text("in the way")
    logging.getLogger("cameras.test").info("lost")
    folder.unlink()
    logging.getLogger("cameras.test").info("after")
    assert "after" in (folder / "cctv.log").read_text()


@pytest.mark.usefixtures("logging_restored")
def test_a_rotation_for_which_the_disk_is_too_full_keeps_the_old_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "FILE_SIZE", 2000)
    log = logging.getLogger("cameras.test")
    logs.set_up("INFO", tmp_path / "cctv.log")
    for number in range(100):
        log.info("line %d", number)
    while (tmp_path / "cctv.log").stat().st_size < 1970:  # so that the next line wants a rotation
        log.info("more")
    old = {file.name: file.read_text() for file in tmp_path.glob("cctv.log.*")}
    tries, copy, limits = Counter[str](), shutil.copyfile, resource.getrlimit(resource.RLIMIT_FSIZE)
    monkeypatch.setattr("shutil.copyfile", lambda *names: tries.update(["copy"]) or copy(*names))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))  # no file may grow beyond that now
    try:
        for number in range(100):
            log.info("lost %d", number)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert {file.name: file.read_text() for file in tmp_path.glob("cctv.log.*")} == old
    assert tries["copy"] == 1, "a copy for each line would take long"
    log.info("after")
    assert "after" in (tmp_path / "cctv.log").read_text()
