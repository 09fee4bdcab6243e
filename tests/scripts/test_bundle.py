"""A bundle installs without a package index. Its wheels are those of this machine's kind and this Python."""

import hashlib
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.process import PROGRAM
from tests.scripts.conftest import copy_project
from tests.scripts.machine import PYTHON, Machine

TOP = PROGRAM.parent


def build(folder: Path, wheels: Path) -> Path:
    """A bundle made in a copy of the project, which has its virtual environment."""
    copy_project(folder)
    (folder / ".venv").symlink_to(TOP / ".venv")
    (folder / "scripts/set-up").write_text("#!/bin/sh\n")
    done = subprocess.run(
        [folder / "scripts/bundle"],
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "WHEELS": str(wheels), "PIP_CONFIG_FILE": "/dev/null"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (bundle,) = (folder / "dist").glob("cctv-images-*.tar.gz")
    return bundle


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory, wheels: Path) -> Path:
    return build(tmp_path_factory.mktemp("bundle") / "project", wheels)


def test_bundle_is_complete_and_installs_offline(bundle: Path, installed: Machine) -> None:
    with tarfile.open(bundle) as archive:
        names = [member.name.partition("/")[2] for member in archive]
        name = archive.getnames()[0]
        assert {(member.uid, member.gid) for member in archive} == {(0, 0)}
    assert {"process_images.py", "scripts/install", "docs/deploying.md", "SHA256SUMS", "COMMIT"} <= set(names)
    assert not [path for path in names if "__pycache__" in path or path.startswith("tests")]
    shutil.copy(bundle, installed.scratch)
    installed.shell(f"rm -rf /tmp/{name}; tar -C /tmp -xf /tmp/{bundle.name}")
    report = (installed.scratch / name / "LICENSES.md").read_text()
    for package in ("aiohttp", "aiobotocore", "python-dotenv", "sodapy"):
        assert f"| {package} " in report
    # The machine has no network. The scripts are those of a real installation.
    shutil.copy(TOP / "scripts/set-up", installed.scratch / name / "scripts/set-up")
    damaged = installed.run(f"/tmp/{name}/scripts/install", check=False)
    assert (damaged.returncode, "this bundle is damaged" in damaged.stderr) == (2, True)
    sums = installed.scratch / name / "SHA256SUMS"
    lines = [line for line in sums.read_text().splitlines() if not line.endswith("/scripts/set-up")]
    sums.write_text("\n".join(lines) + "\n")
    said = installed.shell(f"PYTHON={PYTHON} PIP_CONFIG_FILE=/dev/null /tmp/{name}/scripts/install")
    release = said.partition("after the next restart: ")[2].split()[0]
    assert installed.run("cctv-images", "--version").stdout.startswith(f"cctv-images {release.partition('-')[0]} (")


def test_our_own_files_are_the_same_each_time(tmp_path: Path, wheels: Path, bundle: Path) -> None:
    assert own_files(build(tmp_path / "again", wheels)) == own_files(bundle)


def own_files(bundle: Path) -> dict[str, str]:
    with tarfile.open(bundle) as archive:
        files = [member for member in archive if member.isfile() and "/wheels/" not in member.name]
        return {each.name: hashlib.sha256(archive.extractfile(each).read()).hexdigest() for each in files}  # type: ignore[union-attr]
