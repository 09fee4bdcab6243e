import logging
import os
import resource
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cameras.service.log_file import LogFile


@pytest.fixture(autouse=True)
def errors_are_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """As logs.set_up has it."""
    monkeypatch.setattr(logging, "raiseExceptions", False)


def logger(file: LogFile) -> logging.Logger:
    log = logging.Logger("test")
    log.addHandler(logging.StreamHandler(file))
    return log


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """What a full disk looks like: a write takes the bytes that fit, the next one fails."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_tail_follows_the_file_through_a_rotation(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "cctv.log"
    log = logger(LogFile(path, max_size=200))
    log.info("line 0")
    with subprocess.Popen(["tail", "-n", "+1", "-f", str(path)], stdout=subprocess.PIPE, text=True) as tail:
        assert tail.stdout
        assert tail.stdout.readline() == "line 0\n"
        for number in range(1, 100):
            log.info("line %d", number)
            assert tail.stdout.readline() == f"line {number}\n"
        tail.terminate()
    assert path.with_name("cctv.log.1").exists()
    assert path.stat().st_size <= 200


def test_rotation_keeps_that_many_old_files_in_order(tmp_path: Path) -> None:
    log = logger(LogFile(tmp_path / "log", max_size=12, old_files=3))
    for number in range(9):
        log.info("line %d", number)
    found = {file.name: file.read_text() for file in tmp_path.iterdir()}
    assert found == {"log": "line 8\n", "log.1": "line 7\n", "log.2": "line 6\n", "log.3": "line 5\n"}


@pytest.mark.parametrize(
    "move",
    [
        lambda file: file.unlink(),
        lambda file: shutil.rmtree(file.parent),
        lambda file: file.rename(file.with_name("moved")),
        lambda file: file.rename(file.with_name("moved")).with_name(file.name).touch(),
    ],
    ids=["file deleted", "folder deleted", "file moved", "file moved and created"],
)
def test_line_goes_to_a_new_file_after_the_old_one(tmp_path: Path, move: Callable[[Path], object]) -> None:
    file = tmp_path / "logs" / "cctv.log"
    log = logger(LogFile(file))
    log.info("before")
    move(file)
    log.info("after")
    log.info("last")
    assert file.read_text() == "after\nlast\n"


def test_log_deleted_on_a_full_disk_is_reopened(tmp_path: Path) -> None:
    file = tmp_path / "cctv.log"
    log = logger(LogFile(file))
    with no_file_larger_than(300):
        for _ in range(10):
            log.info("before %s", "x" * 100)
        file.unlink()
        log.info("after")
    assert file.read_text() == "after\n"


def test_line_after_a_cut_line_starts_on_its_own(tmp_path: Path) -> None:
    log = logger(LogFile(tmp_path / "log"))
    with no_file_larger_than(10):
        log.info("12345678901234567890")
        log.info("lost")
    log.info("after")
    assert (tmp_path / "log").read_text() == "1234567890\nafter\n"


def test_log_folder_that_cannot_be_created_loses_only_lines(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    log = logger(LogFile(folder / "cctv.log"))
    log.info("before")
    shutil.rmtree(folder)
    folder.write_text("in the way")
    log.info("lost")
    folder.unlink()
    log.info("after")
    assert (folder / "cctv.log").read_text() == "after\n"


def fill(file: Path, max_size: int, log: logging.Logger) -> dict[str, str]:
    """Until the next line needs a rotation; the old files so far."""
    while len(list(file.parent.iterdir())) < 4 or file.stat().st_size + len("lost 0\n") <= max_size:
        log.info("before")
    return {old.name: old.read_text() for old in file.parent.glob("*.[0-9]")}


def test_failed_rotation_keeps_old_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "log"
    log = logger(LogFile(file, max_size=200))
    old = fill(file, 200, log)
    attempts, copy = Counter[str](), shutil.copyfile
    monkeypatch.setattr(shutil, "copyfile", lambda *names: attempts.update(["copy"]) or copy(*names))
    with no_file_larger_than(100):
        for number in range(100):
            log.info("lost %d", number)
    assert {name: (tmp_path / name).read_text() for name in old} == old
    assert attempts["copy"] == 1, "copying for each line would take too long"
    log.info("after")
    assert file.read_text().endswith("after\n")
    assert len(list(tmp_path.iterdir())) == len(old) + 1


def test_failed_rotation_is_tried_again_after_the_interval(tmp_path: Path) -> None:
    file = tmp_path / "log"
    log = logger(LogFile(file, max_size=200, retry_interval=0))
    old = fill(file, 200, log)
    with no_file_larger_than(100):
        log.info("lost")
    log.info("after")
    assert file.read_text() == "after\n"
    assert (tmp_path / "log.2").read_text() == old["log.1"]


def test_pipe_is_never_rotated(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "log")
    descriptor = os.open(tmp_path / "log", os.O_RDONLY | os.O_NONBLOCK)
    log = logger(LogFile(tmp_path / "log", max_size=10))
    for _ in range(3):
        log.info("12345678")
    assert os.read(descriptor, 100) == b"12345678\n" * 3
    os.close(descriptor)
    assert [path.name for path in tmp_path.iterdir()] == ["log"]
