import re
import subprocess
import sys
from pathlib import Path

import pytest

from cameras.camera_list import Limits
from tests.process import PROGRAM

UNIT = PROGRAM.parent / "scripts" / "cctv-images.service"


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


def _release(installed: Path) -> Path:
    return (installed / "opt/cctv-images/current").resolve()


def test_unit_passes_systemd_analyze_verify(installed: Path, tmp_path: Path) -> None:
    text = (installed / "etc/systemd/system/cctv-images.service").read_text()
    home = "/opt/cctv-images"
    assert text == UNIT.read_text().replace(home, f"{home}/releases/{_release(installed).name}")
    staged = tmp_path / UNIT.name
    staged.write_text(text.replace(home, str(installed / "opt/cctv-images")))
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
    command = [str(_release(installed) / "scripts/start"), "--help"]
    assert "once" in subprocess.run(command, capture_output=True, text=True, check=True, cwd="/").stdout


def test_uninstall_removes_all_but_the_settings(installed: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    subprocess.run(["cp", "-a", str(installed), str(root)], check=True)
    _run(["scripts/uninstall"], root)
    left = [path for path in root.rglob("*") if path.is_file()]
    assert left == [root / "etc/cctv-images/settings.env"]
    _run(["scripts/uninstall", "--purge"], root)
    assert [path for path in root.rglob("*") if path.is_file()] == []
