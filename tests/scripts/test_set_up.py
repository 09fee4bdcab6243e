import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from tests.scripts.project import PYTHON, Project

SUDO = "" if os.geteuid() == 0 else "sudo "


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path / "project")
    project.require(project.requirement("one"))
    return project


@pytest.fixture(scope="module")
def complete_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = Project(tmp_path_factory.mktemp("complete") / "project")
    project.require(project.requirement("one"))
    status, out, err = project.run("set-up", "requirements.txt")
    assert (status, err) == (0, "")
    assert "package 1 of about 1: one-1\n" in out
    return project.folder


@pytest.fixture
def complete(complete_folder: Path, tmp_path: Path) -> Project:
    """A project whose environment is complete."""
    shutil.copytree(complete_folder, tmp_path / "project", symlinks=True)
    return Project(tmp_path / "project")


def fake_python(folder: Path, commands: str) -> str:
    """The path of a Python that runs these shell commands first."""
    path = folder / "python"
    path.write_text(f'#!/bin/sh\n{commands}\nexec {PYTHON} "$@"\n')
    path.chmod(0o755)
    return str(path)


def test_complete_environment_is_left_alone_silently(complete: Project) -> None:
    before = complete.complete.stat()
    assert complete.run("set-up", "requirements.txt", PIP_FIND_LINKS="/nonexistent") == (0, "", "")
    assert complete.complete.stat().st_mtime_ns == before.st_mtime_ns


def test_new_requirement_is_added_in_place(complete: Project) -> None:
    (complete.folder / "more.txt").write_text(complete.requirement("two"))
    status, out, err = complete.run("set-up", "requirements.txt", "more.txt")
    assert (status, err) == (0, "")
    assert "making .venv" not in out
    assert complete.imports("two")
    assert complete.run("set-up", "requirements.txt") == (0, "", "")


def test_environment_without_pip_is_rebuilt(project: Project) -> None:
    subprocess.run([PYTHON, "-m", "venv", "--without-pip", project.folder / ".venv"], check=True)
    status, _, err = project.run("set-up", "requirements.txt")
    assert (status, err) == (0, "")
    assert project.imports("one")


def test_environment_of_a_removed_python_is_rebuilt(complete: Project) -> None:
    for python in (complete.folder / ".venv" / "bin").glob("python*"):
        python.unlink()
        python.symlink_to("/nonexistent/python3")
    assert complete.run("set-up", "requirements.txt")[0] == 0
    assert complete.imports("one")


def test_killed_set_up_is_repaired_by_the_next_run(project: Project) -> None:
    with socket.create_server(("127.0.0.1", 0)) as index:  # accepts pip's connection and never answers
        url = f"http://127.0.0.1:{index.getsockname()[1]}/simple"
        index.settimeout(120)
        process = project.start("set-up", "requirements.txt", PIP_NO_INDEX="0", PIP_INDEX_URL=url)
        with index.accept()[0]:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    assert not project.complete.exists()
    (packages,) = (project.folder / ".venv" / "lib").glob("python*/site-packages")
    half_written = packages / "one-1.dist-info"  # pip takes it for installed
    half_written.mkdir()
    (half_written / "METADATA").write_text("Metadata-Version: 2.1\nName: one\nVersion: 1\n")
    assert project.run("set-up", "requirements.txt")[0] == 0
    assert project.imports("one")


def test_two_at_once_install_only_once(project: Project) -> None:
    processes = [project.start("set-up", "requirements.txt") for _ in range(2)]
    outputs = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert [err for _, err in outputs] == ["", ""]
    assert sum("installing" in out for out, _ in outputs) == 1
    assert project.imports("one")


@pytest.mark.parametrize(
    ("os_release", "command"),
    [
        ("ID=debian", "{sudo}apt-get update && {sudo}apt-get install python{version}-venv"),
        ("ID=ubuntu\nID_LIKE=debian", "{sudo}apt-get update && {sudo}apt-get install python{version}-venv"),
        ('ID="amzn"\nID_LIKE="fedora"', "{sudo}dnf install python{version}"),
        ("ID=alpine", "(your system's package manager) python{version} python{version}-venv"),
    ],
)
def test_missing_ensurepip_gives_the_command(project: Project, os_release: str, command: str) -> None:
    (project.folder / "os-release").write_text(os_release)
    python = fake_python(project.folder, 'case "$*" in *ensurepip*) exit 1 ;; *version_info*) echo 3.12; exit ;; esac')
    result = project.run("set-up", "requirements.txt", PYTHON=python, OS_RELEASE=str(project.folder / "os-release"))
    command = command.format(sudo=SUDO, version="3.12")
    assert result == (
        2,
        "",
        f"set-up: Python 3.12 lacks venv or ensurepip; install them with '{command}', then run this again\n",
    )
    assert not (project.folder / ".venv").exists()


@pytest.mark.parametrize("version", ["2.7", "3.9", "3.10"])
def test_old_python_is_refused(project: Project, version: str) -> None:
    status, out, err = project.run(
        "set-up", "requirements.txt", PYTHON=fake_python(project.folder, f"echo {version}; exit")
    )
    assert (status, out) == (2, "")
    assert err.startswith("set-up: needs Python 3.11 to 3.13")
    assert err.count("\n") == 1


def test_old_python3_is_passed_over_for_a_newer_one(project: Project) -> None:
    tools = project.folder / "bin"
    tools.mkdir()
    (tools / "python3").symlink_to(fake_python(project.folder, "echo 3.9; exit"))
    Path(fake_python(tools, "echo 3.12; exit 1")).rename(tools / "python3.13")
    Path(fake_python(tools, 'case "$*" in *ensurepip*) exit 1 ;; esac; echo 3.12; exit')).rename(tools / "python3.12")
    err = project.run("set-up", "requirements.txt", PYTHON="", PATH=f"{tools}:/usr/bin:/bin")[2]
    assert err.startswith("set-up: Python 3.12 lacks venv")


def test_newer_python_is_used_with_a_warning(project: Project) -> None:
    python = fake_python(project.folder, 'case "$*" in *version_info*) echo 3.14; exit ;; *ensurepip*) exit 1 ;; esac')
    err = project.run("set-up", "requirements.txt", PYTHON=python)[2]
    assert err.startswith("set-up: Python 3.14 is newer than the tested 3.11 to 3.13\nset-up: Python 3.14 lacks venv")


def test_first_failure_leaves_no_completion_marker(project: Project) -> None:
    project.require("missing==1 --hash=sha256:" + "0" * 64)
    status, _, err = project.run("set-up", "requirements.txt")
    assert status == 2
    assert err.endswith("\nset-up: failed, see above; fix that, then run this again\n")
    assert not project.complete.exists()


def test_unreachable_index_keeps_the_environment(complete: Project) -> None:
    before = complete.complete.read_text()
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/simple"
    complete.require("missing==1 --hash=sha256:" + "0" * 64)
    status, _, err = complete.run("set-up", "requirements.txt", PIP_NO_INDEX="0", PIP_INDEX_URL=url, PIP_RETRIES="1")
    assert status == 2
    assert err.endswith(
        "\nset-up: cannot reach the package index; check network, proxy and certificates, then run this again\n"
    )
    assert complete.complete.read_text() == before


def test_wrong_hash_is_refused(complete: Project) -> None:
    complete.requirement("two")
    complete.require("two==1 --hash=sha256:" + "0" * 64)
    status, _, err = complete.run("set-up", "requirements.txt")
    assert status == 2
    assert err.splitlines()[-1].startswith("set-up: a package is not the pinned one")
    assert not complete.imports("two")


def test_failure_while_installing_removes_the_marker(complete: Project) -> None:
    complete.require(complete.requirement("two", **{"../../../../outside": ""}))
    assert complete.run("set-up", "requirements.txt")[0] == 2
    assert not complete.complete.exists()


@pytest.mark.parametrize("arguments", [(), ("missing.txt",)])
def test_missing_requirements_file_is_an_error(complete: Project, arguments: tuple[str, ...]) -> None:
    status, _, err = complete.run("set-up", *arguments)
    assert status != 0
    assert err
