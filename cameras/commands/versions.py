"""The versions that a bug report needs."""

import platform
from importlib.metadata import version
from pathlib import Path

from cameras import __version__

COMMIT = Path(__file__).parents[2] / "COMMIT"  # of an installed release
LIBRARIES = ("aiohttp", "aiobotocore")


def versions() -> str:
    """`cctv-images 1.1.0 (7a29df5f), Python 3.11.7, aiohttp 3.14.5, aiobotocore 3.10.0`; imports no library."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    commit = f" ({COMMIT.read_text().strip()})" if COMMIT.is_file() else ""
    return f"cctv-images {__version__}{commit}, Python {platform.python_version()}, {libraries}"
