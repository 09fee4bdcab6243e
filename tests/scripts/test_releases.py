"""Install, update, broken update, roll back and uninstall, on a real systemd.

The update's scripts/set-up is replaced by one that copies the virtual environment of the release that is there.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest

from tests.process import PROGRAM
from tests.scripts.conftest import copy_project
from tests.scripts.machine import PATH, Machine

HOME = "/opt/cctv-images"
SET_UP = f"""#!/bin/sh
[ "$1" = --check ] || cp -al "$(ls -d {HOME}/releases/*/.venv | head -n 1)" "$(dirname "$0")/../.venv"
"""
FLAT = "62bb83d"  # the last commit that installs into {HOME} itself


class Update:
    """A release to install, as a folder; `edit` makes it another one."""

    def __init__(self, host: Machine, name: str = "update") -> None:
        self.host = host
        self.folder = host.scratch / name
        copy_project(self.folder)
        (self.folder / "scripts/set-up").write_text(SET_UP)
        self.edit("config.py", "HERE =", f"#{name}\nHERE =")

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.folder / file
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    def install(self, *arguments: str, check: bool = True) -> str:
        command = ["env", "VERIFY_SECONDS=6", "QUIET_SECONDS=2", f"/tmp/{self.folder.name}/scripts/install", *arguments]
        done = self.host.run(*command, check=check)
        assert check or done.returncode
        return done.stdout + done.stderr


def release(host: Machine) -> str:
    """The one whose process runs."""
    pid = host.shell("systemctl show cctv-images --property=MainPID --value").strip()
    return host.shell(f"readlink /proc/{pid}/cwd").strip().rpartition("/")[2]


def chosen(host: Machine) -> str:
    unit = host.shell("systemctl show cctv-images --property=WorkingDirectory --value")
    return unit.strip().rpartition("/")[2]


@pytest.fixture
def running(host: Machine) -> Iterator[Machine]:
    """The service runs with a live camera; afterwards only the first release is left."""
    first = chosen(host)
    host.shell("sed -i /^2,/d /etc/cctv-images/list.csv; systemctl start cctv-images")
    host.until("cctv-images status | grep -q '1 live'")
    yield host
    host.shell(f"cp {HOME}/releases/{first}/unit /etc/systemd/system/cctv-images.service; systemctl daemon-reload")
    host.shell(
        f"cp {HOME}/releases/{first}/scripts/cctv-images /usr/local/bin/; cd {HOME}/releases; touch {first}/complete"
    )
    host.shell(f"ln -sfn releases/{first} {HOME}/current")
    host.shell(f"cd {HOME}/releases; ls | grep -vx {first} | xargs rm -rf; systemctl restart cctv-images")
    for folder in host.scratch.glob("update*"):
        shutil.rmtree(folder)


def test_update_runs_after_the_restart_and_can_be_rolled_back(running: Machine) -> None:
    first = release(running)
    said = Update(running).install()
    second = chosen(running)
    assert second != first == release(running)
    assert f"running now: {first}; after the next restart: {second}\ninstall: next: systemctl restart" in said
    running.shell("systemctl restart cctv-images")
    assert release(running) == second
    assert f"({second.partition('-')[2]})" in running.run("cctv-images", "--version").stdout
    assert running.shell(f"readlink {HOME}/current") == f"releases/{second}\n"
    running.shell(f"{HOME}/current/scripts/install --rollback; systemctl restart cctv-images")
    assert release(running) == first


def test_restart_counts_the_live_pictures(running: Machine) -> None:
    said = Update(running).install("--restart")
    assert "install: 1 cameras are live, 1 were before" in said
    assert release(running) == chosen(running)


def test_release_without_pictures_is_rolled_back(running: Machine) -> None:
    first, update = release(running), Update(running)
    update.edit(
        "cameras/thumbnail.py",
        "async def thumbnail(",
        "async def thumbnail(*_: object, **__: object) -> bytes:\n"
        "    raise NotAnImage('nothing')\n\n\nasync def _thumbnail(",
    )
    said = update.install("--restart", check=False)
    assert "0 cameras are live after 6 s, 1 were before" in said
    assert f"running now: {first}; after the next restart: {first}" in said
    running.until("cctv-images status | grep -q '1 live'")


def test_release_that_does_not_start_is_rolled_back(running: Machine) -> None:
    first, update = release(running), Update(running)
    update.edit("cameras/commands/run.py", "    with sole_run(", "    raise SystemExit(3)\n    with sole_run(")
    assert "install: it does not start" in update.install("--restart", check=False)
    assert release(running) == chosen(running) == first


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("scripts/set-up", "#!/bin/sh\n", '#!/bin/sh\n[ "$1" = --check ] || exit 2\n'),
        ("cameras/watch/ticks.py", "import math", "import math, no_such_module"),
        ("process_images.py", "import resource", "import no_such_module"),
        ("config.py", "INTERVAL", "INTERVAL"),
    ],
    ids=["packages", "module", "program", "settings"],
)
def test_broken_update_changes_nothing(running: Machine, file: str, old: str, new: str) -> None:
    first, update = release(running), Update(running)
    if file == "config.py":
        running.shell("echo NO_SUCH_INTERVAL_=1 >/dev/null; echo INTERVALL=1 >> /etc/cctv-images/settings.env")
    else:
        update.edit(file, old, new)
    update.install("--restart", check=False)
    assert release(running) == chosen(running) == first
    running.shell("sed -i /INTERVALL/d /etc/cctv-images/settings.env; systemctl restart cctv-images")
    assert release(running) == first


def test_install_that_is_killed_leaves_a_service_that_starts(running: Machine) -> None:
    first = release(running)
    update = Update(running)
    command = [*running.enter(), "sh", "-c", f"exec /tmp/{update.folder.name}/scripts/install"]
    for delay in (0.1, 0.4, 0.9, 1.5, 2.1):
        with subprocess.Popen(command, env={"PATH": PATH}, start_new_session=True) as install:
            time.sleep(delay)  # whatever it does at that moment
            os.killpg(install.pid, signal.SIGKILL)
        running.shell("systemctl restart cctv-images")
        assert release(running) == chosen(running)
    update.install("--restart")
    assert release(running) == chosen(running) != first


def test_process_never_imports_from_a_later_release(running: Machine) -> None:
    """The old process imports a module late, after a switch to a release in which that module raises."""
    first, update = release(running), Update(running)
    script = "import pathlib, time; print(1, flush=True)\nwhile not pathlib.Path('/tmp/go').exists(): time.sleep(.05)\n"
    script += "import cameras.simulator.scene; print(cameras.simulator.scene.__file__)"
    command = ["sh", "-c", f'cd $(systemctl show cctv-images -P WorkingDirectory); exec .venv/bin/python -c "{script}"']
    environment = {"PATH": PATH, "LD_LIBRARY_PATH": "/opt/python/lib"}
    with subprocess.Popen([*running.enter(), *command], env=environment, stdout=subprocess.PIPE, text=True) as old:
        assert old.stdout
        assert old.stdout.readline() == "1\n"
        update.install()
        running.shell(
            f"echo 'raise RuntimeError' > {HOME}/releases/{chosen(running)}/cameras/simulator/scene.py; touch /tmp/go"
        )
        assert old.stdout.read() == f"{HOME}/releases/{first}/cameras/simulator/scene.py\n"
    assert HOME + "/current" not in running.shell(
        "cat /etc/systemd/system/cctv-images.service /usr/local/bin/cctv-images"
    )


def test_two_earlier_releases_are_kept(running: Machine) -> None:
    first = release(running)
    for number in range(4):
        Update(running, f"update{number}").install()
        time.sleep(0.01)  # their markers are ordered by time
    kept = running.shell(f"ls {HOME}/releases").split()
    assert len(kept) == 4
    assert first in kept  # it runs
    assert chosen(running) in kept


def test_installation_from_before_the_releases_is_updated_and_rolled_back(running: Machine) -> None:
    archive = subprocess.run(["git", "archive", FLAT], cwd=PROGRAM.parent, capture_output=True, check=False)
    if archive.returncode:
        pytest.skip(f"commit {FLAT} is not in this clone")
    first = chosen(running)
    running.shell("systemctl stop cctv-images")
    old = running.scratch / "update-flat"
    old.mkdir()
    subprocess.run(["tar", "-x", "-C", str(old)], input=archive.stdout, check=True)
    (old / "scripts/set-up").write_text(SET_UP)
    running.shell(f"/tmp/{old.name}/scripts/install; mv {HOME}/releases /tmp/update-before")
    running.shell("systemctl start cctv-images")
    running.until("grep -q 'live 1' /var/log/cctv-images/cctv.log")
    update = Update(running, "update-new")
    (update.folder / "scripts/set-up").write_text(SET_UP.replace(f"{HOME}/releases/*/.venv", f"{HOME}/.venv"))
    said = update.install("--restart")
    assert "whether its pictures appear could not be checked" in said
    assert release(running) == chosen(running) != "cctv-images"
    running.shell(f"{HOME}/current/scripts/install --rollback; systemctl restart cctv-images")
    assert release(running) == chosen(running) == "cctv-images"
    running.shell(f"rm -rf {HOME}/releases; mv /tmp/update-before {HOME}/releases")
    running.shell(
        f"ls -A {HOME} | grep -vx releases | sed s#^#{HOME}/# | xargs rm -rf; touch {HOME}/releases/{first}/complete"
    )


def test_replaced_python_is_one_sentence(running: Machine) -> None:
    folder = f"{HOME}/releases/{release(running)}/.venv/lib"
    running.shell(f"mv {folder}/python3.* {folder}/elsewhere")
    said = running.run("cctv-images", "status", check=False)
    running.shell(
        f"mv {folder}/elsewhere {folder}/python3.$(/opt/python/bin/python3 -c 'import sys; print(sys.version_info[1])')"
    )
    assert said.returncode == 2
    assert said.stderr.startswith("cctv-images: this release needs the Python that it was installed with")
    assert said.stderr.endswith("run scripts/install of the same release again\n")


@pytest.mark.parametrize("argument", ["--help", "--upgrade", "now"])
def test_arguments_are_checked_before_anything_else(argument: str) -> None:
    done = subprocess.run([PROGRAM.parent / "scripts/install", argument], capture_output=True, text=True, check=False)
    assert done.returncode == (0 if argument == "--help" else 2)
    assert "scripts/install --rollback" in done.stdout + done.stderr


def test_uninstalling_ends_everything_and_leaves_nothing(running: Machine) -> None:
    unit = "/etc/systemd/system/cctv-images.service"
    running.shell(f"tar -C / -cf /tmp/all.tar {HOME} /etc/cctv-images {unit} {unit}.d /usr/local/bin/cctv-images")
    running.shell("sed -i s/TURNED_OFF/TURNED_ON/ /etc/cctv-images/list.csv; systemd-run --quiet cctv-images probe 4")
    running.until("systemctl list-units --plain --no-legend 'cctv-images-probe-*' | grep -q running")
    running.shell(f"{HOME}/current/scripts/uninstall --purge")
    found = (
        "find /etc /opt /run /usr/local /var -name '*cctv*' -not -path '/opt/python/*' -not -path '/var/log/journal/*'"
    )
    assert running.shell(found) == ""
    assert not running.run("id", "cctv-images", check=False).stdout
    running.shell("tar -C / -xpf /tmp/all.tar; useradd --system --user-group cctv-images; systemctl daemon-reload")
    running.shell("chown root:cctv-images /etc/cctv-images")
