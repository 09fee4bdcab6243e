import asyncio
import fcntl
import os
import re
import signal
import socket
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from cameras.camera_list import Limits
from cameras.errors import ConfigError
from cameras.service import Notifier
from tests.process import PROGRAM, Program

UNIT = PROGRAM.parent / "scripts" / "cctv-images.service"


class Manager:
    """systemd's end of the notify socket."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.settimeout(30)
        self.socket.bind(self.path)

    def read(self) -> list[str]:
        return self.socket.recv(4096).decode().splitlines()

    def read_until(self, line: str) -> list[str]:
        """All lines up to and including the first that starts with `line`."""
        lines: list[str] = []
        while not any(read.startswith(line) for read in lines):
            lines += self.read()
        return lines


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    manager = Manager(tmp_path / "notify")
    yield manager
    manager.socket.close()


def test_service_reports_ready_watchdog_status_and_stopping(tmp_path: Path, manager: Manager) -> None:
    (tmp_path / "list.csv").write_text("camera_id,camera_status,camera_mfg,camera_ip\n1,TURNED_ON,Axis,127.0.0.1:1\n")
    settings = {"CAMERA_LIST": "list.csv", "INTERVAL": "1", "MAX_FAILURES": "1000"}
    with Program(tmp_path, NOTIFY_SOCKET=manager.path, WATCHDOG_USEC="200000", **settings) as program:
        assert "READY=1" in manager.read_until("STATUS=")
        lines = manager.read_until("STATUS=0 live, 1 failing, 0 stopped")
        assert "WATCHDOG=1" in lines
        program.process.send_signal(signal.SIGTERM)
        manager.read_until("STOPPING=1")
        assert program.end() == 0


async def test_blocked_loop_sends_no_watchdog_message(manager: Manager) -> None:
    running = asyncio.create_task(Notifier(manager.path, watchdog=0.001).run(lambda: "well"))
    await asyncio.sleep(0)
    assert manager.read() == ["READY=1", "STATUS=well"]
    manager.socket.settimeout(0.1)
    with pytest.raises(TimeoutError):  # this call blocks the loop
        manager.read()
    running.cancel()


@pytest.mark.parametrize(
    ("variables", "watchdog"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
    ],
)
def test_watchdog_is_on_only_for_this_process(variables: dict[str, str], watchdog: float | None) -> None:
    assert Notifier.from_environment(variables).watchdog == watchdog


@pytest.mark.parametrize("microseconds", ["x", "-5", "0", "²"])
def test_malformed_watchdog_time_is_one_sentence(microseconds: str) -> None:
    with pytest.raises(ConfigError, match="is not a number of microseconds; only systemd should set it"):
        Notifier.from_environment({"WATCHDOG_USEC": microseconds})


def test_messages_without_a_receiver_are_dropped(tmp_path: Path) -> None:
    Notifier().send("READY=1")
    Notifier(str(tmp_path / "gone")).send("READY=1")


def test_abstract_socket_is_supported() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind("\0cctv-images-test")
        Notifier.from_environment({"NOTIFY_SOCKET": "@cctv-images-test"}).send("READY=1")
        assert sock.recv(100) == b"READY=1"


@pytest.fixture(scope="session")
def wheels(pytestconfig: pytest.Config) -> Path:
    """All that requirements.txt names, cached between runs: pip takes 15 s to read the index of AWS's libraries."""
    requirements = PROGRAM.parent / "requirements.txt"
    assert pytestconfig.cache
    kind = f"{sys.version_info.major}.{sys.version_info.minor}-{zlib.crc32(requirements.read_bytes()):08x}"
    folder = pytestconfig.cache.mkdir(f"wheels-{kind}")
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another worker may need them, too
        if not (folder / "complete").exists():
            command = [sys.executable, "-m", "pip", "download", "-q", "--require-hashes", "-r", str(requirements)]
            subprocess.run(command, check=True, cwd=folder)
            (folder / "complete").touch()
    return folder


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory, wheels: Path) -> Path:
    """The service installed twice into a staging root; its settings were edited in between."""
    root = tmp_path_factory.mktemp("root")
    for _ in range(2):
        _run(["scripts/install"], root, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(wheels))
        settings = root / "etc/cctv-images/settings.env"
        settings.write_text(settings.read_text() + "#edited\n")
    return root


def _run(command: list[str], root: Path, **more: str) -> str:
    environment = {"DESTDIR": str(root), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "PYTHON": _python(), **more}
    done = subprocess.run(command, cwd=PROGRAM.parent, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def _python() -> str:
    return str(Path(sys.base_prefix) / "bin" / "python3")


def test_unit_passes_systemd_analyze_verify(installed: Path, tmp_path: Path) -> None:
    text = (installed / "etc/systemd/system/cctv-images.service").read_text()
    assert text == UNIT.read_text()
    staged = tmp_path / UNIT.name
    staged.write_text(text.replace("/opt/cctv-images", str(installed / "opt/cctv-images")))
    assert _run(["systemd-analyze", "verify", "--man=no", str(staged)], installed) == ""


def test_exposure_of_the_unit_is_below_2() -> None:
    command = ["systemd-analyze", "security", "--offline=yes", "--threshold=20", "--no-pager", str(UNIT)]
    assert "Overall exposure level for cctv-images.service: 1." in _run(command, UNIT.parent)


def test_start_timeout_is_longer_than_loading_the_camera_list() -> None:
    minutes = re.search(r"^TimeoutStartSec=(\d+)min$", UNIT.read_text(), re.MULTILINE)
    assert minutes
    limits = Limits()
    attempts = len(limits.retry_delays) + 1
    assert attempts * limits.timeout + sum(limits.retry_delays) < 60 * int(minutes[1])


def test_settings_are_root_only_and_never_overwritten(installed: Path) -> None:
    settings = installed / "etc/cctv-images/settings.env"
    assert settings.stat().st_mode & 0o777 == 0o600
    assert settings.read_text().count("#edited") == 2
    assert settings.read_text().startswith((PROGRAM.parent / ".env.example").read_text())


def test_installed_copy_runs_on_its_own(installed: Path) -> None:
    code = installed / "opt/cctv-images"
    command = [str(code / ".venv/bin/python"), str(code / "process_images.py"), "--help"]
    assert "once" in subprocess.run(command, capture_output=True, text=True, check=True, cwd="/").stdout


def test_uninstall_removes_all_but_the_settings(installed: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    subprocess.run(["cp", "-a", str(installed), str(root)], check=True)
    _run(["scripts/uninstall"], root)
    left = [path for path in root.rglob("*") if path.is_file()]
    assert left == [root / "etc/cctv-images/settings.env"]
    _run(["scripts/uninstall", "--purge"], root)
    assert [path for path in root.rglob("*") if path.is_file()] == []
