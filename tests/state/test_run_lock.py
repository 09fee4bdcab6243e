import os
import subprocess
import sys
from pathlib import Path

import pytest

import cameras
from cameras.errors import ConfigError
from cameras.state import running_pid, sole_run

TOP = Path(cameras.__file__).parents[1]
HOLD = """import sys, pathlib
from cameras.state import sole_run
with sole_run(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()"""


def test_second_process_names_the_first_and_waits_for_none(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=TOP) as first:
        assert first.stdout
        assert first.stdout.readline() == "held\n"
        assert running_pid(tmp_path) == str(first.pid)
        with pytest.raises(ConfigError, match=f"in use by process {first.pid}") as caught, sole_run(tmp_path):
            pass
        assert caught.value.exit_status == 2
        first.kill()
        first.wait()
    with sole_run(tmp_path):
        assert running_pid(tmp_path) == str(os.getpid())
    assert running_pid(tmp_path) is None


def test_looking_for_a_service_does_not_keep_one_from_starting(tmp_path: Path) -> None:
    with sole_run(tmp_path):
        pass
    assert running_pid(tmp_path) is None
    with sole_run(tmp_path):
        pass


def test_folder_that_cannot_be_written_is_no_reason_not_to_run(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with sole_run(tmp_path / "file" / "state"):
        pass
    assert running_pid(tmp_path / "nowhere") is None
