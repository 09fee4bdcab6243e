"""Fixtures for what installs the service."""

import fcntl
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from tests.process import PROGRAM


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
