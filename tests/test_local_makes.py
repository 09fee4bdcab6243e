"""Makes of an operator's own, in a folder outside the program."""

import asyncio
import os
from pathlib import Path

import pytest

from cameras.simulator.camera import SimulatedCamera
from tests.process import Program
from tests.typing import StartCamera

MAKE = '''"""Acme View."""
from cameras.connection import Connection

async def fetch(camera: Connection) -> bytes:
    return await camera.get("/snap.jpg")
'''
pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="the folder must belong to root")


@pytest.fixture
def makes(tmp_path: Path) -> Path:
    folder = tmp_path / "makes"
    folder.mkdir(mode=0o755)
    (folder / "acme_view.py").write_text(MAKE)
    (folder / "acme_view.py").chmod(0o644)
    return folder


def check(folder: Path, makes: Path) -> tuple[int, str]:
    with Program(folder, "check", "--settings", MAKES_DIRECTORY=str(makes)) as program:
        return program.end(), program.out + program.err


async def _probe(folder: Path, camera: SimulatedCamera, **settings: str) -> str:
    with Program(folder, "probe", f"127.0.0.1:{camera.port}", "--make", "Acme View", **settings) as program:
        await asyncio.to_thread(program.end)
    return program.out + program.err


async def test_camera_of_a_local_make_is_polled(tmp_path: Path, makes: Path, simulated: StartCamera) -> None:
    camera = await simulated("Acme View")
    login = {"ACME_VIEW_USERNAME": camera.login_check.username, "ACME_VIEW_PASSWORD": camera.login_check.password}
    assert "verdict: live" in await _probe(tmp_path, camera, MAKES_DIRECTORY=str(makes), **login)
    assert "'Acme View' is not known" in await _probe(tmp_path, camera, **login)


def test_folder_that_others_may_write_to_is_refused(tmp_path: Path, makes: Path) -> None:
    assert check(tmp_path, makes)[0] == 0
    for path in (makes / "acme_view.py", makes):
        mode = path.stat().st_mode
        path.chmod(0o666 if path.is_file() else 0o777)
        status, said = check(tmp_path, makes)
        assert (status, f"{path} must belong to root, and only root may write to it" in said) == (2, True)
        path.chmod(mode)
    os.chown(makes / "acme_view.py", 65534, 0)
    assert check(tmp_path, makes)[0] == 2


@pytest.mark.parametrize(
    ("file", "text", "problem"),
    [
        ("acme_view.py", "def fetch(", "'(' was never closed"),
        ("acme_view.py", "import no_such_module", "No module named"),
        ("acme_view.py", "", "has no attribute 'fetch'"),
        ("axis.py", MAKE, "share the spelling axis"),
        ("Acme.py", MAKE, "name the file acme.py"),
    ],
)
def test_file_that_is_no_make_is_one_sentence(tmp_path: Path, makes: Path, file: str, text: str, problem: str) -> None:
    (makes / file).write_text(text)
    status, said = check(tmp_path, makes)
    assert status == 2
    assert problem in said
    assert said.endswith("; fix or remove this make\n")


def test_missing_folder_is_one_sentence(tmp_path: Path) -> None:
    status, said = check(tmp_path, tmp_path / "none")
    assert (status, "No such file or directory; name a folder that can be read" in said) == (2, True)
