"""What this process holds: memory, files, tasks and threads."""

import asyncio
import ctypes
import gc
import os
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from cameras.connection.connection import BODY_LIMIT
from tests.process import MAX_WAIT

MAX_GROWTH = 1.03  # of memory
MAX_PEAK = 1.5  # of memory, meanwhile
MAX_POOL = 50  # connections to the bucket that its client keeps open


class Resources(NamedTuple):
    memory: float  # MB
    files: int  # without the pool
    tasks: int
    threads: int
    pool: int  # connections to the bucket


def resources(bucket: str = "") -> Resources:
    """What is held now. Connections to `bucket`, a URL, are counted separately."""
    files, pool = _open_files(bucket)
    return Resources(_memory(), files, len(asyncio.all_tasks()), threading.active_count(), pool)


async def settled(before: Resources, bucket: str = "") -> Resources:
    """What is held once all that was closed is gone: when it is no more than `before`, or after MAX_WAIT seconds."""
    end = time.monotonic() + MAX_WAIT
    while True:
        await asyncio.sleep(0.1)
        after = resources(bucket)
        if _counts(after) == _counts(before) or time.monotonic() > end:
            return after


def check_no_growth(before: Resources, after: Resources, bodies: int = 0) -> None:
    """AssertionError if memory, files, tasks or threads have accumulated.

    `bodies`: so many cameras send more than the body limit; how many of them do so at once depends on the machine.
    """
    assert _counts(after) == _counts(before), (before, after)
    assert after.memory <= before.memory * MAX_GROWTH, (before, after)
    assert peak() <= before.memory * MAX_PEAK + bodies * BODY_LIMIT / 1e6, (before, peak())
    assert after.pool <= MAX_POOL, after


def reset_peak() -> None:
    """The peak is measured from now on (proc(5): clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5")


def peak() -> float:
    """Maximum of resident memory in MB."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024 / 1e6


def _counts(resources: Resources) -> tuple[int, int, int]:
    return resources.files, resources.tasks, resources.threads


def _memory() -> float:
    """Resident memory in MB, without the free memory that glibc keeps: that varies by 10 MB and more without a leak."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def _open_files(bucket: str) -> tuple[int, int]:
    """How many there are, and how many connections to `bucket`."""
    entries = list(Path("/proc/self/fd").iterdir())
    pool = sum(_is_connected_to(urlsplit(bucket).port, int(entry.name)) for entry in entries if bucket)
    return len(entries) - pool, pool


def _is_connected_to(port: int | None, descriptor: int) -> bool:
    with suppress(OSError), socket.socket(fileno=descriptor) as connection:
        try:
            return bool(connection.family == socket.AF_INET and connection.getpeername()[1] == port)
        finally:
            connection.detach()
    return False
