import asyncio
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cameras.camera_list import Limits
from cameras.service.systemd import Notifier
from tests.programs import PROGRAM, Program

UNIT = PROGRAM.parent / "scripts" / "cctv-images.service"


class Manager:
    """systemd's end of the notify socket."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.settimeout(30)
        self.socket.bind(self.path)

    def told(self) -> list[str]:
        return self.socket.recv(4096).decode().splitlines()

    def told_until(self, line: str) -> list[str]:
        """All lines up to and with the first that begins with `line`."""
        lines: list[str] = []
        while not any(each.startswith(line) for each in lines):
            lines += self.told()
        return lines


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    manager = Manager(tmp_path / "notify")
    yield manager
    manager.socket.close()


def test_the_service_tells_ready_watchdog_status_and_stopping(tmp_path: Path, manager: Manager) -> None:
    (tmp_path / "list.csv").write_text("camera_id,camera_status,camera_mfg,camera_ip\n1,TURNED_ON,Axis,127.0.0.1:1\n")
    settings = {"CAMERA_LIST": "list.csv", "INTERVAL": "1", "MAX_FAILURES": "1000"}
    with Program(tmp_path, NOTIFY_SOCKET=manager.path, WATCHDOG_USEC="200000", **settings) as program:
        assert "READY=1" in manager.told_until("STATUS=")
        lines = manager.told_until("STATUS=0 live, 1 failing, 0 stopped")
        assert "WATCHDOG=1" in lines
        program.process.send_signal(signal.SIGTERM)
        manager.told_until("STOPPING=1")
        assert program.end() == 0


async def test_a_loop_that_hangs_does_not_feed_the_watchdog(manager: Manager) -> None:
    telling = asyncio.create_task(
        Notifier({"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "1000"}).run(lambda: "well")
    )
    await asyncio.sleep(0)
    assert manager.told() == ["READY=1", "STATUS=well"]
    manager.socket.settimeout(0.1)
    with pytest.raises(TimeoutError):  # the loop is held by this very call
        manager.told()
    telling.cancel()


def test_without_systemd_nothing_is_sent_and_a_manager_that_is_gone_does_no_harm(tmp_path: Path) -> None:
    Notifier({}).send("READY=1")
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "gone")}).send("READY=1")


def test_an_abstract_socket_is_understood() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as there:
        there.bind("\0cctv-images-test")
        Notifier({"NOTIFY_SOCKET": "@cctv-images-test"}).send("READY=1")
        assert there.recv(100) == b"READY=1"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The service installed twice into a staging root; its settings were edited in between."""
    root = tmp_path_factory.mktemp("root")
    for _ in range(2):
        _run(["scripts/install"], root)
        settings = root / "etc/cctv-images/settings.env"
        settings.write_text(settings.read_text() + "#edited\n")
    return root


def _run(command: list[str], root: Path) -> str:
    environment = {"DESTDIR": str(root), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "PYTHON": _python()}
    done = subprocess.run(command, cwd=PROGRAM.parent, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def _python() -> str:
    import sys

    return str(Path(sys.base_prefix) / "bin" / "python3")


def test_the_unit_is_verified_in_silence(installed: Path, tmp_path: Path) -> None:
    text = (installed / "etc/systemd/system/cctv-images.service").read_text()
    assert text == UNIT.read_text()
    staged = tmp_path / UNIT.name
    staged.write_text(text.replace("/opt/cctv-images", str(installed / "opt/cctv-images")))
    assert _run(["systemd-analyze", "verify", "--man=no", str(staged)], installed) == ""


def test_the_units_exposure_is_ok() -> None:
    command = ["systemd-analyze", "security", "--offline=yes", "--threshold=20", "--no-pager", str(UNIT)]
    assert "Overall exposure level for cctv-images.service: 1." in _run(command, UNIT.parent)


def test_systemd_waits_until_the_last_try_to_load_the_camera_list_has_ended() -> None:
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


def test_what_is_installed_runs_on_its_own(installed: Path) -> None:
    code = installed / "opt/cctv-images"
    command = [str(code / ".venv/bin/python"), str(code / "process_images.py"), "--help"]
    assert "once" in subprocess.run(command, capture_output=True, text=True, check=True, cwd="/").stdout


def test_uninstall_takes_all_but_the_settings(installed: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    subprocess.run(["cp", "-a", str(installed), str(root)], check=True)
    _run(["scripts/uninstall"], root)
    left = [path for path in root.rglob("*") if path.is_file()]
    assert left == [root / "etc/cctv-images/settings.env"]
    _run(["scripts/uninstall", "--purge"], root)
    assert [path for path in root.rglob("*") if path.is_file()] == []
