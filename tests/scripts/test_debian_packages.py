import shutil
from pathlib import Path

import pytest

from tests.scripts.project import Project

INSTALL = "apt-get update && apt-get install --no-install-recommends one two"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def packages(project: Project, **commands: str) -> tuple[int, str, str]:
    """Asks for the packages one and two where PATH has only grep and these commands, given as shell code."""
    tools = project.folder / "bin"
    tools.mkdir()
    (tools / "grep").symlink_to(str(shutil.which("grep")))
    for name, code in commands.items():
        tool = tools / name.replace("_", "-")
        tool.write_text(f"#!/bin/sh\n{code}\n")
        tool.chmod(0o755)
    return project.run("debian-packages", "one", "two", PATH=str(tools))


def test_installed_packages_are_silent(project: Project) -> None:
    assert packages(project, dpkg_query="echo install ok installed") == (0, "", "")


def test_without_apt_the_packages_are_named(project: Project) -> None:
    assert packages(project, id="echo 0") == (
        2,
        "",
        "debian-packages: this needs the Debian packages one two, and there is no apt-get here; "
        "run it on Debian or Ubuntu\n",
    )


def test_without_root_and_sudo_the_command_is_named(project: Project) -> None:
    assert packages(project, id="echo 1000", apt_get="exit 1") == (
        2,
        "",
        f"debian-packages: needs root and there is no sudo; run as root: {INSTALL}\n",
    )


def test_sudo_runs_apt_get_when_not_root(project: Project) -> None:
    status, out, err = packages(project, id="echo 1000", apt_get="exit 0", sudo='echo "$@" >&2')
    assert (status, out) == (0, "debian-packages: installing one two\n")
    assert err.splitlines() == ["apt-get update -qq", "apt-get install -qq --no-install-recommends one two"]


def test_refused_sudo_ends_with_the_command(project: Project) -> None:
    status, _, err = packages(project, id="echo 1000", apt_get="exit 0", sudo="echo a password is required >&2; exit 1")
    assert status == 2
    assert (
        err
        == f"a password is required\ndebian-packages: cannot install one two; see above, or run as root: {INSTALL}\n"
    )
