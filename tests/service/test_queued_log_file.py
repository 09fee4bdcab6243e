"""A named pipe that nobody reads stands for a disk that hangs."""

import logging
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from cameras.service import logs, queued_log_file
from cameras.service.log_file import LogFile
from cameras.service.queued_log_file import QueuedLogFile
from tests.process import Program

TOP = Path(__file__).parents[2]
log = logging.getLogger("cameras")
pytestmark = pytest.mark.usefixtures("logging_restored")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[IO[bytes]]:
    """The reading end of the pipe `cctv.log`. A disk that is closed fails at once, and frees the writing thread."""
    os.mkfifo(tmp_path / "cctv.log")
    descriptor = os.open(tmp_path / "cctv.log", os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(descriptor, True)
    with os.fdopen(descriptor, "rb") as reader:
        yield reader


def log_20_000_lines() -> None:
    """Every 1,000th is a warning. AssertionError if logging blocks."""

    def run() -> None:
        for number in range(20_000):
            log.log(logging.INFO if number % 1000 else logging.WARNING, "line %d", number)

    caller = threading.Thread(target=run, daemon=True)
    caller.start()
    caller.join(20)
    assert not caller.is_alive()


def lines_until(disk: IO[bytes], ending: str) -> list[str]:
    lines = [disk.readline().decode()]
    while not lines[-1].endswith(f" {ending}\n"):
        lines.append(disk.readline().decode())
    return lines


def test_hanging_disk_does_not_block_the_caller(tmp_path: Path, disk: IO[bytes]) -> None:
    logs.set_up("INFO", tmp_path / "cctv.log")
    log_20_000_lines()
    assert not logs.flush(0)


def test_disk_that_hangs_for_long_is_a_problem(
    tmp_path: Path, disk: IO[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queued_log_file, "SLOW", 0.0)
    logs.set_up("INFO", tmp_path / "cctv.log")
    log_20_000_lines()
    assert logs.problems() == [f"log file {tmp_path}/cctv.log: its disk does not respond"]
    lines_until(disk, "line 19999")
    assert logs.flush(10)
    assert logs.problems() == []


def test_lines_dropped_while_the_disk_hangs_are_counted(tmp_path: Path, disk: IO[bytes]) -> None:
    logs.set_up("INFO", tmp_path / "cctv.log")
    log_20_000_lines()
    assert not logs.flush(0)
    lines = lines_until(disk, "line 19999")
    assert logs.flush(10)
    log.info("afterwards")
    report = re.search(
        r" WARNING (\d+) lines of this file were dropped while its disk did not keep up$",
        lines_until(disk, "afterwards")[0],
    )
    numbers = [int(line.rsplit(" ", 1)[1]) for line in lines]
    assert report
    assert int(report[1]) == 20_000 - len(numbers) > 5_000
    assert numbers == sorted(numbers)
    assert {number for number in numbers if number % 1000 == 0} == set(range(0, 20_000, 1000))
    assert numbers[-9_000:] == list(range(11_000, 20_000))


@pytest.mark.parametrize("opened", [True, False], ids=["opened, never read", "never opened"])
def test_exit_with_a_full_queue_takes_less_than_3_s(tmp_path: Path, opened: bool) -> None:
    code = """import logging, pathlib, sys; from cameras.service import logs, queued_log_file
logs.set_up("INFO", pathlib.Path(sys.argv[1]))
for number in range(20_000): logging.getLogger("cameras").info("line %d", number)
print("logged", flush=True)"""
    file = tmp_path / "cctv.log"
    os.mkfifo(file)
    reader = os.open(file, os.O_RDONLY | os.O_NONBLOCK) if opened else -1
    command = [sys.executable, "-c", code, str(file)]
    with (
        (tmp_path / "err").open("w") as err,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=err, cwd=TOP, text=True) as process,
    ):
        limit = threading.Timer(20, process.kill)  # if logging blocks
        limit.start()
        try:
            assert process.stdout
            assert process.stdout.readline() == "logged\n"
            assert process.wait(3) == 0
        finally:
            limit.cancel()
            process.kill()
    last = (tmp_path / "err").read_text().splitlines()[-1]
    assert re.search(rf" WARNING log file {file} does not respond; its last \d{{5}} lines are lost$", last)
    if opened:
        os.close(reader)


def test_exit_leaves_its_reason_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("nothing\n")
    with Program(tmp_path, CAMERA_LIST="list.csv", LOG_FILE="cctv.log", LOG_LEVEL="ERROR") as program:
        assert program.end() != 0
    assert program.err
    assert (tmp_path / "cctv.log").read_text() == program.err


def test_exit_writes_all_lines_that_wait(tmp_path: Path) -> None:
    code = """import logging, pathlib, sys; from cameras.service import logs, queued_log_file
logs.set_up("INFO", pathlib.Path(sys.argv[1]))
for number in range(9_000): logging.getLogger("cameras").info("line %d", number)"""
    command = [sys.executable, "-c", code, str(tmp_path / "cctv.log")]
    subprocess.run(command, cwd=TOP, stderr=subprocess.DEVNULL, check=True)
    lines = (tmp_path / "cctv.log").read_text().splitlines()
    assert [line.split(" line ")[1] for line in lines] == [str(number) for number in range(9_000)]


def test_line_shows_its_arguments_as_they_were(tmp_path: Path, disk: IO[bytes]) -> None:
    logs.set_up("INFO", tmp_path / "cctv.log")
    log.info("%s", "x" * 1_000_000)
    pictures = ["before"]
    log.info("%s", pictures)
    pictures[0] = "after"
    disk.readline()
    assert disk.readline().endswith(b" INFO ['before']\n")


def test_closed_log_writes_its_lines_and_closes_the_file(tmp_path: Path) -> None:
    file = LogFile(tmp_path / "cctv.log")
    queued = QueuedLogFile(file)
    queued.handle(logging.makeLogRecord({"levelno": logging.INFO, "msg": "last"}))
    queued.close()
    assert queued.lines.join(10)
    queued.thread.join(10)
    assert (tmp_path / "cctv.log").read_text() == "last\n"
    assert file.descriptor == -1
