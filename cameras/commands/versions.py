"""The versions that a bug report needs."""

import platform
from importlib.metadata import version

from cameras import __version__

LIBRARIES = ("aiohttp", "aiobotocore")


def versions() -> str:
    """`cctv-images 1.0.0, Python 3.11.7, aiohttp 3.13.2, aiobotocore 2.26.0`; imports none of the libraries."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return f"cctv-images {__version__}, Python {platform.python_version()}, {libraries}"
