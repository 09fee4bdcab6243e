"""Fixtures for what installs the service."""

import fcntl
import shutil
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.process import PROGRAM
from tests.scripts.machine import LIBRARIES, PYTHON, Machine

FILES = ["process_images.py", "config.py", "cameras", "scripts", "docs", "fallback.jpg", "requirements.txt"]
FILES += ["README.md", "CHANGELOG.md", ".env.example"]
HEADER = "camera_id,camera_status,camera_mfg,camera_ip"
SETTINGS = """CAMERA_LIST=/etc/cctv-images/list.csv
CAMERA_ADDRESSES=/etc/cctv-images/addresses.csv
STORE=/var/lib/cctv-images/public
INTERVAL=1
"""
CAMERAS = """import http.server, socket, threading
hanging = socket.create_server(("127.0.0.1", 8001))
http.server.ThreadingHTTPServer(("127.0.0.1", 8000), http.server.SimpleHTTPRequestHandler).serve_forever()
"""
UP = """import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sH14s", b"lo", 0x49, b""))  # SIOCSIFFLAGS: up
"""


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


def _install(machine: Machine, wheels: Path) -> None:
    """With the virtual environment of an earlier installation, if there is one; pip takes its time to make one."""
    kept, shared = wheels / "environment", machine.scratch / "environment"  # the machine sees the second as in /tmp
    with (wheels / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            machine.shell(f"PYTHON={PYTHON} PIP_NO_INDEX=1 PIP_FIND_LINKS={wheels} {PROGRAM.parent}/scripts/install")
            machine.shell("cp -a /opt/cctv-images/current/.venv /tmp/environment")
            subprocess.run(["mv", shared, kept], check=True)
            return
    subprocess.run(["cp", "-a", kept, shared], check=True)
    copy_project(machine.scratch / "project")
    stub = '#!/bin/sh\n[ "$1" = --check ] || mv /tmp/environment "$(dirname "$0")/../.venv"\n'
    (machine.scratch / "project/scripts/set-up").write_text(stub)
    machine.shell("/tmp/project/scripts/install")


def copy_project(folder: Path) -> None:
    """What a release consists of."""
    folder.mkdir()
    for file in FILES:
        source = PROGRAM.parent / file
        shutil.copytree(source, folder / file) if source.is_dir() else shutil.copy(source, folder)


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory, wheels: Path) -> Iterator[Machine]:
    """A machine with the service, which is not started, a camera on port 8000 and a hanging one on port 8001."""
    try:
        machine = Machine(tmp_path_factory.mktemp("machine")).__enter__()
    except RuntimeError as error:
        pytest.skip(f"no machine with systemd: {error}")
    try:
        _install(machine, wheels)
        drop_in = "/etc/systemd/system/cctv-images.service.d"
        library = "".join(f"Environment={name}={value}\\n" for name, value in LIBRARIES.items())
        machine.shell(f"mkdir {drop_in}; printf '[Service]\\n{library}' > {drop_in}/test.conf; systemctl daemon-reload")
        machine.run(PYTHON, "-c", UP)
        (machine.scratch / "cameras.py").write_text(CAMERAS)
        (machine.scratch / "still.jpg").write_bytes((PROGRAM.parent / "fallback.jpg").read_bytes())
        machine.shell(f"systemd-run --quiet -p WorkingDirectory=/tmp {PYTHON} cameras.py")
        yield machine
    finally:
        machine.__exit__()


@pytest.fixture
def host(installed: Machine) -> Iterator[Machine]:
    """With fresh settings; cameras 1 (live), 2 (offline) and 4 (hanging). Nothing runs yet."""
    rows = ["1,TURNED_ON,Generic,127.0.0.1:8000", "2,TURNED_ON,Axis,127.0.0.1:1", "4,TURNED_OFF,Generic,127.0.0.1:8001"]
    files = {
        "settings.env": SETTINGS,
        "list.csv": "\n".join([HEADER, *rows, ""]),
        "addresses.csv": "camera_id,path\n1,/still.jpg\n4,/still.jpg\n",
    }
    for name, text in files.items():
        installed.shell(f"cat > /etc/cctv-images/{name} <<'END'\n{text}END\nchmod o-r /etc/cctv-images/settings.env")
    yield installed
    installed.shell("systemctl stop cctv-images; systemctl reset-failed cctv-images 2>/dev/null || true")
    installed.shell("rm -rf /var/lib/cctv-images/* /var/log/cctv-images/*")
