"""A machine of its own: systemd as PID 1 in namespaces, with a copy-on-write view of this machine's folders.

It needs root. Nothing outside the namespaces changes.
"""

import os
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

SYSTEMD = "/lib/systemd/systemd"
PYTHON = "/opt/python/bin/python3"  # the service has no access to home folders, where this Python may be
LIBRARIES = {"LD_LIBRARY_PATH": "/opt/python/lib"}
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
WAIT = 20.0  # seconds; reached only on failure
BOOT = """set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /mnt
for folder in etc opt usr/local var root; do
    mkdir -p /mnt/$folder/upper /mnt/$folder/work
    mount -t overlay overlay -o lowerdir=/$folder,upperdir=/mnt/$folder/upper,workdir=/mnt/$folder/work /$folder
done
mkdir -p /opt/python
mount --bind "$PYTHON_HOME" /opt/python
mount -t tmpfs tmpfs /run
for folder in /lib/systemd/system/*.target.wants /etc/systemd/system/*.target.wants; do # no units of this machine
    mount -t tmpfs tmpfs "$folder"
done
ln -s ../systemd-journald.socket ../dbus.socket /lib/systemd/system/sockets.target.wants/
umount -R /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount --bind "$SCRATCH" /tmp
mount --make-rshared / # systemd passes credentials to services by mounts
exec env -i container=other PATH="$MACHINE_PATH" "$SYSTEMD" --system --unit=basic.target
"""


class Machine:
    """Use in `with`; RuntimeError if this machine cannot host one. `scratch` is its /tmp."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self.cgroup = _cgroup_mount() / f"machine-{os.getpid()}"

    def __enter__(self) -> Self:
        if os.getuid() or not Path(SYSTEMD).exists() or not shutil.which("unshare"):
            raise RuntimeError("it needs root, systemd and unshare")
        self.cgroup.mkdir(exist_ok=True)
        variables = {
            "PYTHON_HOME": sys.base_prefix,
            "SCRATCH": str(self.scratch),
            "SYSTEMD": SYSTEMD,
            "MACHINE_PATH": PATH,
            "BOOT": BOOT,
        }
        into_cgroup = f"echo $$ > {self.cgroup}/cgroup.procs"
        unshare = "unshare --mount --pid --uts --ipc --cgroup --net --fork --kill-child --mount-proc"
        with (self.scratch / "boot").open("w") as output:
            self.process = subprocess.Popen(
                ["sh", "-c", f'{into_cgroup} && exec {unshare} sh -c "$BOOT"'],
                env={**os.environ, **variables},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            self._until_running()
        except RuntimeError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        deadline = time.monotonic() + WAIT
        while self.cgroup.exists() and time.monotonic() < deadline:
            with suppress(OSError):  # its processes are still ending
                _remove(self.cgroup)
            time.sleep(0.05)

    def run(self, *command: str, user: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
        """In the machine, as root or as a user, who has only the groups that the machine's /etc/group says."""
        as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"] if user else []
        done = subprocess.run(
            [*self.enter(), *as_user, "--", *command] if user else [*self.enter(), *command],
            env={"PATH": PATH, **LIBRARIES},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def enter(self) -> list[str]:
        """The command that runs another one in the machine."""
        return [
            "nsenter",
            f"--target={self._init}",
            "--mount",
            "--pid",
            "--uts",
            "--ipc",
            "--cgroup",
            "--net",
            "--wd=/",
        ]

    def shell(self, script: str) -> str:
        """The output of a shell script, run as root."""
        return self.run("sh", "-euc", script).stdout

    def until(self, script: str) -> None:
        """Wait until the script succeeds."""
        deadline = time.monotonic() + WAIT
        while (done := self.run("sh", "-euc", script, check=False)).returncode:
            assert time.monotonic() < deadline, f"{script}: {done.stdout + done.stderr}"
            time.sleep(0.05)

    def _until_running(self) -> None:
        deadline = time.monotonic() + WAIT
        while time.monotonic() < deadline and self.process.poll() is None:
            children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
            self._init = children[0] if children else ""
            if self._init and self.run("systemctl", "is-system-running", check=False).stdout.strip() == "running":
                return
            time.sleep(0.05)
        raise RuntimeError(f"systemd does not start: {(self.scratch / 'boot').read_text()}")


def _cgroup_mount() -> Path:
    mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    return next((Path(words[1]) for words in mounts if words[2] == "cgroup2"), Path("/nonexistent"))


def _remove(cgroup: Path) -> None:
    for folder, _, _ in os.walk(cgroup, topdown=False):
        Path(folder).rmdir()
