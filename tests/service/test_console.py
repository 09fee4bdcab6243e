import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
from typing import IO

import pytest

from cameras.service.console import Console

TOP = Path(__file__).parents[2]


@contextmanager
def stderr_in_a_pipe() -> Iterator[IO[bytes]]:
    """Yields the reading end. Not a fixture: pytest sets sys.stderr between fixtures and test."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    with os.fdopen(reading, "rb") as reader, os.fdopen(writing, "w") as writer, redirect_stderr(writer):
        yield reader


def test_lost_lines_are_counted_and_reported() -> None:
    console = Console()
    with stderr_in_a_pipe() as reader:
        for number in range(1000):
            console.write(f"line {number:04} {'x' * 1013}\n")  # 1,024 bytes: no line is cut
        before = reader.read().splitlines()
        console.write("after\n")
        console.write("last\n")
        after = reader.read().decode()
    assert before[0].startswith(b"line 0000 xxx")
    assert 3 < len(before) < 1000
    assert after == f"{1000 - len(before)} lines lost\nafter\nlast\n"


def test_line_after_a_cut_line_starts_on_its_own() -> None:
    console = Console()
    with stderr_in_a_pipe() as reader:
        console.write("x" * 1_000_000 + "\n")
        assert set(reader.read()) == set(b"x")
        console.write("after\n")
        assert reader.read() == b"\n1 lines lost\nafter\n"


def test_report_of_lost_lines_counts_from_the_last_report() -> None:
    console = Console()
    with stderr_in_a_pipe() as reader:
        for _ in range(2):
            console.write("x" * 1_000_000 + "\n")
        reader.read()
        console.write("y" * 1_000_000 + "\n")
        assert reader.read().startswith(b"\n2 lines lost\nyyy")
        console.write("after\n")
        assert reader.read() == b"\n1 lines lost\nafter\n"


def test_blocked_stderr_drops_lines() -> None:
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
def test_without_stderr_the_file_has_all_lines(ending: str, tmp_path: Path) -> None:
    code = """import logging, sys, pathlib
from cameras.service import logs
logs.set_up("INFO", pathlib.Path(sys.argv[1]))
for number in range(1000): logging.getLogger("cameras").info("line %d", number)"""
    command = f'"$0" -c "$1" "$2" {ending}; true'
    subprocess.run(["sh", "-c", command, sys.executable, code, str(tmp_path / "log")], cwd=TOP, check=True)
    assert (tmp_path / "log").read_text().splitlines()[-1].endswith("line 999")
