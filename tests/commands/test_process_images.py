"""The program as operators run it: command line, settings, exit status."""

import asyncio
import os
import platform
import pty
import resource
import signal
import socket
import subprocess
import sys
import termios
from contextlib import suppress
from importlib import metadata
from pathlib import Path

import pytest

from cameras import __version__
from cameras.simulator.camera import SimulatedCamera
from tests.process import PROGRAM, Program, QuickProgram
from tests.typing import StartCamera

HEADER = "camera_id,camera_status,camera_mfg,camera_ip\n"


def _list(folder: Path, *cameras: SimulatedCamera) -> str:
    rows = [f"{camera.id},TURNED_ON,{camera.make},127.0.0.1:{camera.port}\n" for camera in cameras]
    (folder / "list.csv").write_text(HEADER + "".join(rows))
    return "list.csv"


async def _ended(program: Program) -> int:
    """The exit status; the simulated cameras of this event loop keep answering meanwhile."""
    with program:
        return await asyncio.to_thread(program.end)


def test_help_names_every_command(tmp_path: Path) -> None:
    with Program(tmp_path, "--help") as program:
        assert program.end() == 0
    for word in ("run", "once", "demo", "Exit status", ".env"):
        assert word in program.out


def test_version_names_python_and_the_main_libraries(tmp_path: Path) -> None:
    with Program(tmp_path, "--version") as program:
        assert program.end() == 0
    libraries = [f"{name} {metadata.version(name)}" for name in ("aiohttp", "aiobotocore")]
    python = f"Python {platform.python_version()}"
    assert program.out == ", ".join([f"cctv-images {__version__}", python, *libraries]) + "\n"


def test_first_log_line_names_the_versions(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(HEADER + "1,TURNED_ON,Axis,127.0.0.1:1\n")
    with Program(tmp_path, CAMERA_LIST="list.csv") as program:
        program.until(lambda: "watching 1 cameras" in program.err)
    assert f" INFO cctv-images {__version__}, Python {platform.python_version()}, " in program.err.splitlines()[0]


def test_malformed_watchdog_time_exits_with_2_and_one_line(tmp_path: Path) -> None:
    with Program(tmp_path, WATCHDOG_USEC="x") as program:
        assert program.end() == 2
    assert program.err == "WATCHDOG_USEC='x' is not a number of microseconds; only systemd should set it\n"


@pytest.mark.parametrize("arguments", [["fly"], ["demo", "--cameras", "0"], ["demo", "--interval", "fast"]])
def test_wrong_argument_is_named_without_a_traceback(tmp_path: Path, arguments: list[str]) -> None:
    with Program(tmp_path, *arguments) as program:
        assert program.end() == 2
    assert "error: argument" in program.err
    assert "Traceback" not in program.err


def test_bad_settings_exit_with_2_and_a_line_for_each(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("INTERVAL=soon\nSTROE=public\n")
    with Program(tmp_path, MAX_FAILURES="none") as program:
        assert program.end() == 2
    interval, failures, name = program.err.splitlines()
    assert ".env line 1: INTERVAL='soon'" in interval
    assert " ERROR MAX_FAILURES='none'" in failures
    assert ".env line 2: STROE is not a setting; did you mean STORE?" in name


@pytest.mark.parametrize("command", ["check", "once"])
def test_bad_csv_exits_with_2_and_names_the_line(tmp_path: Path, command: str) -> None:
    (tmp_path / "a.csv").write_text("camera_id,address\n1,here and there\n")
    with Program(tmp_path, command, CAMERA_ADDRESSES="a.csv", SOCRATA_DOMAIN="localhost:1") as program:
        assert program.end() == 2
    said = program.err + program.out
    assert said.count("CAMERA_ADDRESSES=a.csv line 2: address 'here and there'") == 1
    assert "Traceback" not in said


def test_service_starts_without_the_cameras_of_bad_csv_lines(tmp_path: Path) -> None:
    """What hides a camera must act whatever else is wrong, so one bad line is no reason not to start."""
    (tmp_path / "list.csv").write_text(HEADER + "1,TURNED_ON,Axis,127.0.0.1:1\n2,TURNED_ON,Axis,127.0.0.1:1\n")
    (tmp_path / "a.csv").write_text("camera_id,address\n1,here and there\n")
    with Program(tmp_path, CAMERA_LIST="list.csv", CAMERA_ADDRESSES="a.csv") as program:
        program.until(lambda: "watching 1 cameras" in program.err)
    assert "CAMERA_ADDRESSES line 2: address 'here and there'" in program.err
    assert "skipped 1 cameras, invalid row in CAMERA_ADDRESSES: 1" in program.err


def test_csv_that_cannot_be_read_at_all_exits_with_2(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,address\n1,10.0.0.1\n")
    with Program(tmp_path, CAMERA_ADDRESSES="a.csv", SOCRATA_DOMAIN="localhost:1") as program:
        assert program.end() == 2
    assert "CAMERA_ADDRESSES=a.csv line 1: no column camera_id" in program.err
    assert program.err.count("\n") == 2  # the first line names the versions


def test_fallback_that_is_no_picture_exits_with_2(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(HEADER + "1,TURNED_ON,Axis,127.0.0.1:1\n")
    (tmp_path / "f.jpg").write_text("<html>")
    with Program(tmp_path, CAMERA_LIST="list.csv", FALLBACK_IMAGE="f.jpg") as program:
        assert program.end() == 2
    assert "FALLBACK_IMAGE=f.jpg is not a complete JPEG; name one that is" in program.err


def test_unreadable_fallback_exits_with_2(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(HEADER + "1,TURNED_ON,Axis,127.0.0.1:1\n")
    with Program(tmp_path, CAMERA_LIST="list.csv", FALLBACK_IMAGE="/proc/self/mem") as program:
        assert program.end() == 2
    assert "FALLBACK_IMAGE=/proc/self/mem: Input/output error; name a readable JPEG" in program.err


def test_list_without_addresses_exits_with_2(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(HEADER + "1,TURNED_ON,Axis,\n")
    with Program(tmp_path, CAMERA_LIST="list.csv") as program:
        assert program.end() == 2
    assert "CAMERA_ADDRESSES" in program.err
    assert "SOCRATA_ADDRESS_FIELD" in program.err


def test_unavailable_list_exits_with_1(tmp_path: Path) -> None:
    with Program(tmp_path, SOCRATA_DOMAIN="localhost:1") as program:
        assert program.end() == 1
    assert "the camera list is unavailable and there is no cached copy" in program.err
    assert program.err.count("next attempt in") == 3


def test_service_exits_with_1_when_every_camera_has_stopped(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(HEADER + "1,TURNED_ON,Axis,127.0.0.1:1\n")
    with QuickProgram(tmp_path, CAMERA_LIST="list.csv", MAX_FAILURES="1", INTERVAL="0.5") as program:
        assert program.end() == 1
    assert "every camera has stopped; restart the service" in program.err
    assert (tmp_path / "public/image/1.jpg").exists()


async def test_once_runs_one_cycle_per_camera_and_prints_a_table(tmp_path: Path, simulated: StartCamera) -> None:
    cameras = [
        await simulated("Sarix", "1"),
        await simulated("Pelco", "2"),
        await simulated("Sarix", "3", fault="HTML page"),
    ]
    program = Program(tmp_path, "once", CAMERA_LIST=_list(tmp_path, *cameras))
    assert await _ended(program) == 1
    assert "camera 1 (Sarix): live" in program.out
    assert "camera 3 (Sarix): no complete JPEG (an HTML page" in program.out
    lines = [line.split() for line in program.out.splitlines()]
    assert ["live", "2"] in lines
    assert ["failed", "1"] in lines
    assert ["NotAnImage", "1"] in lines
    assert sorted(path.name for path in (tmp_path / "public/image").iterdir()) == ["1.jpg", "2.jpg", "3.jpg"]
    assert program.err == ""


async def test_once_exits_with_0_if_all_are_live(tmp_path: Path, simulated: StartCamera) -> None:
    program = Program(tmp_path, "once", CAMERA_LIST=_list(tmp_path, await simulated("Sarix")))
    assert await _ended(program) == 0


async def test_once_shows_a_progress_bar_on_a_terminal(tmp_path: Path, simulated: StartCamera) -> None:
    environment = {**os.environ, "CAMERA_LIST": _list(tmp_path, await simulated("Sarix"))}
    screen, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (24, 80))
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(PROGRAM), "once", env=environment, cwd=tmp_path, stderr=terminal, stdout=-1
    )
    out, _ = await process.communicate()
    os.close(terminal)
    assert b"1/1" in os.read(screen, 10_000)
    os.close(screen)
    assert b": live" not in out
    assert out.split() == [b"live", b"1", b"failed", b"0"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_demo_ignores_settings_and_runs_until_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    folder = tmp_path / "demo" / "image"
    with Program(tmp_path, "demo", "--cameras", "12", "--interval", "1", STORE="s3://never-touched") as program:
        program.until(lambda: folder.exists() and len(list(folder.glob("*.jpg"))) == 12)
        assert program.stop(number) == 0
    assert "12 simulated cameras" in program.out
    assert "stopped by a signal" in program.err
    assert "Traceback" not in program.err


@pytest.mark.parametrize("line", ["STORE: s3://bucket", "STORE s3://bucket", "STORE", "'"])
def test_dotenv_line_that_is_no_setting_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / ".env").write_text(f"INTERVAL=5\n{line}\n")
    with Program(tmp_path) as program:
        assert program.end() == 2
    assert ".env line 2: not NAME=value" in program.err
    assert program.err.count("\n") == 1


@pytest.mark.parametrize("content", [b"STORE=a\0b\n", "STORE=a".encode("utf-16-le"), b"STORE=\xff\n"])
def test_dotenv_that_is_no_text_exits_with_2_and_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".env").write_bytes(content)
    with Program(tmp_path) as program:
        assert program.end() == 2
    assert "make it a readable UTF-8 file of NAME=value lines" in program.err
    assert program.err.count("\n") == 1


@pytest.mark.parametrize("seconds", [0.05, 0.2, 0.4])
def test_ctrl_c_at_the_start_ends_it_without_a_traceback(tmp_path: Path, seconds: float) -> None:
    (tmp_path / "list.csv").write_text(HEADER + "1,TURNED_ON,Axis,192.0.2.1\n")
    with Program(tmp_path, "probe", "1", CAMERA_LIST="list.csv") as program:
        with suppress(subprocess.TimeoutExpired):
            program.process.wait(seconds)
        assert program.stop(signal.SIGINT) in (-signal.SIGINT, 1)
    assert "Traceback" not in program.err


def test_open_file_limit_is_raised(tmp_path: Path) -> None:
    """A thousand cameras need a connection each; store and page need some too."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
    try:
        (tmp_path / "list.csv").write_text(f"{HEADER}1,TURNED_ON,Axis,127.0.0.1:1\n")
        with Program(tmp_path, CAMERA_LIST="list.csv") as program:
            program.until(lambda: "watching 1 cameras" in program.err)
            allowed = resource.prlimit(program.process.pid, resource.RLIMIT_NOFILE)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert allowed == (max(256, min(before[1], 65536)), before[1])


def test_environment_overrides_dotenv_unless_empty(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(HEADER + "1,TURNED_ON,Axis,127.0.0.1:1\n")
    (tmp_path / ".env").write_text("CAMERA_LIST=list.csv\nSTORE=a${HOME}b\nINTERVAL=7\nTIMEOUT=8\n")
    with Program(tmp_path, INTERVAL="9", TIMEOUT="") as program:
        program.until(lambda: "every 9 s" in program.err)
    assert "every 9 s, pictures to folder a${HOME}b" in program.err


@pytest.mark.parametrize(
    "settings",
    [{"AWS_PROFILE": "none"}, {"AWS_DEFAULT_REGION": "us east"}, {"AWS_ENDPOINT_URL": "127.0.0.1:9"}],
)
def test_invalid_aws_settings_exit_with_2(tmp_path: Path, settings: dict[str, str]) -> None:
    (tmp_path / "list.csv").write_text(HEADER + "1,TURNED_ON,Axis,127.0.0.1:1\n")
    with Program(tmp_path, CAMERA_LIST="list.csv", STORE="s3://pictures", **settings) as program:
        assert program.end() == 2
    assert "AWS" in program.err
    assert "Traceback" not in program.err


async def test_interrupted_once_exits_with_1(tmp_path: Path, simulated: StartCamera) -> None:
    camera = await simulated("Sarix", fault="hangs")
    with Program(tmp_path, "once", CAMERA_LIST=_list(tmp_path, camera)) as program:
        await asyncio.to_thread(program.until, lambda: bool(camera.requests))
        assert await asyncio.to_thread(program.stop) == 1
    assert "stopped by a signal" in program.err


async def test_once_prints_why_uploads_fail(tmp_path: Path, simulated: StartCamera) -> None:
    (tmp_path / "file").write_text("")
    program = Program(tmp_path, "once", CAMERA_LIST=_list(tmp_path, await simulated("Sarix")), STORE="file")
    assert await _ended(program) == 1
    assert "uploads are failing: folder file: Not a directory" in program.out


def test_demo_refuses_a_bucket(tmp_path: Path) -> None:
    with Program(tmp_path, "demo", "--folder", "s3://bucket") as program:
        assert program.end() == 2
    assert "'s3://bucket' must be the path of a folder" in program.err


def test_taken_status_page_port_is_a_warning_and_tried_again(tmp_path: Path) -> None:
    """The operators' page must not take down the public's pictures."""
    (tmp_path / "list.csv").write_text(HEADER + "1,TURNED_ON,Axis,127.0.0.1:1\n")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with Program(tmp_path, CAMERA_LIST="list.csv", STATUS_ADDRESS=address, INTERVAL="0.5") as program:
            program.until(lambda: "no status page: " in program.err)
            program.until((tmp_path / "public/image/1.jpg").exists)
            taken.close()
            program.until(lambda: f"status page: http://{address}/" in program.err)
    assert program.err.count(f"STATUS_ADDRESS={address}: the port is taken; name another address") == 1
    assert "Traceback" not in program.err


def test_full_disk_under_the_log_loses_only_lines(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(HEADER + "1,TURNED_ON,Axis,127.0.0.1:1\n")
    with Program(tmp_path, CAMERA_LIST="list.csv", INTERVAL="0.5", LOG_FILE="/dev/full") as program:
        program.until(lambda: "live 0, failing 1" in program.err)
    assert "Traceback" not in program.err
    assert (tmp_path / "public/image/1.jpg").exists()
