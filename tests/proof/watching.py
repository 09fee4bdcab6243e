"""The daemon's own parts watching a fleet, with the figures taken."""

import asyncio
import ctypes
import gc
import os
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from cameras.camera import Camera
from cameras.camera_list.camera_list import CameraList
from cameras.commands.wiring import picture_fetcher, utc_now
from cameras.connection import Client
from cameras.service.metrics import Metrics
from cameras.store.store import Store
from cameras.store.uploads import Uploads
from cameras.watch.fleet import Fleet
from cameras.watch.ticks import Tick, periodic
from cameras.watch.watcher import Watcher
from tests.process import PROGRAM

FALLBACK = (PROGRAM.parent / "fallback.jpg").read_bytes()


def memory() -> float:
    """Resident memory of this process in MB, without the free memory that glibc keeps for the next pictures: that goes
    up and down by 10 MB and more between two looks, while not a byte is lost."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def forget_peak() -> None:
    """The peak is taken from now on (proc(5): clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5")


def peak() -> float:
    """Most resident memory in MB."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) * 1024 / 1e6


def open_files(bucket: str = "") -> tuple[int, int]:
    """How many there are, and how many connections to `bucket`, which its client keeps open for a while."""
    entries = list(Path("/proc/self/fd").iterdir())
    pool = sum(_leads_to(urlsplit(bucket).port, int(entry.name)) for entry in entries if bucket)
    return len(entries) - pool, pool


def _leads_to(port: int | None, descriptor: int) -> bool:
    with suppress(OSError), socket.socket(fileno=descriptor) as mine:
        try:
            return bool(mine.family == socket.AF_INET and mine.getpeername()[1] == port)
        finally:
            mine.detach()
    return False


def _percentile(tenths: Counter[int], share: float) -> float:
    left = share * tenths.total()
    for each in sorted(tenths):
        left -= tenths[each]
        if left <= 0:
            return each / 10
    return 0.0


@dataclass
class Counting:
    """A store that counts what it hands on, by (camera id, state)."""

    store: Store
    puts: Counter[tuple[str, str]] = field(default_factory=Counter)

    async def put(self, name: str, content: bytes, expires: datetime, metadata: Mapping[str, str]) -> int:
        unanswered = await self.store.put(name, content, expires, metadata)
        self.puts[metadata["camera-id"], metadata["state"]] += 1
        return unanswered

    def __str__(self) -> str:
        return str(self.store)


@dataclass
class Watched:
    """`lateness` counts the ticks of healthy cameras by tenths of a millisecond that they were late, `done` by those
    from the begin of the slot until the picture was put: lists of them all would grow through a soak."""

    fleet: Fleet
    watcher: Watcher
    store: Counting
    lateness: Counter[int] = field(default_factory=Counter)
    done: Counter[int] = field(default_factory=Counter)

    def late(self, share: float) -> float:
        """Milliseconds by which this share of the ticks was late at most."""
        return _percentile(self.lateness, share)

    def done_within(self, share: float) -> float:
        """Milliseconds from their slot in which this share of the pictures was put."""
        return _percentile(self.done, share)

    async def noted(self, ticks: AsyncIterator[Tick], length: float, healthy: bool = True) -> AsyncIterator[Tick]:
        """The ticks of the next `length` seconds, with the lateness of their pictures noted."""
        now = asyncio.get_running_loop().time
        end = now() + length
        async for tick in ticks:
            if now() >= end:
                return
            due = now() - tick.late
            yield tick  # the generator goes on when the cycle is done
            if healthy:
                self.lateness[round(tick.late * 10_000)] += 1
                self.done[round((now() - due) * 10_000)] += 1

    async def warm_up(self) -> None:
        """A cycle for all at once, the worst that can happen: what the allocator takes for that, it keeps."""

        async def at_once() -> AsyncIterator[Tick]:
            yield Tick(0.0, 0.0)

        await self.watch(lambda _: at_once())

    def slots(self, position: int, interval: float, cycles: int, healthy: bool = True) -> AsyncIterator[Tick]:
        """`cycles` slots of the camera at this position in the fleet, their lateness noted."""
        slot = position / len(self.fleet.statuses) * interval
        return self.noted(periodic(interval, slot), slot + (cycles - 0.5) * interval, healthy)

    async def watch(self, ticks: Callable[[int], AsyncIterator[Tick]]) -> None:
        async with asyncio.TaskGroup() as group:
            for position, status in enumerate(self.fleet.statuses):
                group.create_task(self.watcher.watch(status, ticks(position)))


@asynccontextmanager
async def watching(cameras: list[Camera], store: Store, interval: float, timeout: float) -> AsyncIterator[Watched]:
    counting, metrics = Counting(store), Metrics()
    uploads = Uploads(counting, interval, metrics)
    fetch = picture_fetcher(Client(), timeout)
    watcher = Watcher(fetch, uploads, FALLBACK, utc_now, metrics, interval=interval)
    yield Watched(Fleet(CameraList(cameras, {}, utc_now()), uploads, interval, utc_now), watcher, counting)
