import asyncio
import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

import cameras
from cameras.errors import ConfigError
from cameras.state import RunLock, run_lock, running_pid, sole_run

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


async def test_disk_that_fails_does_not_end_the_heartbeat() -> None:
    closed = os.dup(0)
    os.close(closed)  # every call with it fails
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.utime(closed)
    beating = asyncio.create_task(RunLock(closed).heartbeat(interval=0.01))
    done, _ = await asyncio.wait([beating], timeout=0.2)
    assert not done
    beating.cancel()


def test_lock_on_a_full_disk_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(run_lock, "_write", full)
    with sole_run(tmp_path):
        assert running_pid(tmp_path)
