"""The service's own parts watching a fleet, and what is measured meanwhile."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from cameras.camera import Camera
from cameras.camera_list.camera_list import CameraList
from cameras.commands.wiring import picture_fetcher, utc_now
from cameras.connection import Client
from cameras.service import Metrics
from cameras.store import Store, Uploads
from cameras.watch import Fleet, Tick, Watcher, periodic
from tests.process import PROGRAM

FALLBACK = (PROGRAM.parent / "fallback.jpg").read_bytes()
HEARTBEAT = 0.01  # seconds


@dataclass
class CountingStore:
    """Counts what it passes on to `store`."""

    store: Store
    puts: Counter[tuple[str, str]] = field(default_factory=Counter)  # by camera id and state

    async def put(self, name: str, content: bytes, expires: datetime, metadata: Mapping[str, str]) -> int:
        unanswered = await self.store.put(name, content, expires, metadata)
        self.puts[metadata["camera-id"], metadata["state"]] += 1
        return unanswered

    def __str__(self) -> str:
        return str(self.store)


@dataclass
class MeasuredFleet:
    """Durations are counted by tenths of a millisecond: a list of them all would grow through a soak."""

    fleet: Fleet
    watcher: Watcher
    store: CountingStore
    lateness: Counter[int] = field(default_factory=Counter)  # from a slot's start to its tick, of healthy cameras
    put: Counter[int] = field(default_factory=Counter)  # from a slot's start until its picture was put
    blocked: Counter[int] = field(default_factory=Counter)  # CPU time of the event loop between two heartbeats
    skipped: int = 0  # slots of healthy cameras

    def late(self, share: float) -> float:
        """At most so many milliseconds late were this share of the ticks."""
        return _quantile(self.lateness, share)

    def put_after(self, share: float) -> float:
        """Within so many milliseconds of their slot this share of the pictures was put."""
        return _quantile(self.put, share)

    def blocked_for(self, share: float) -> float:
        """At most so many milliseconds of CPU time passed between this share of the heartbeats.

        That is how long a camera that is due must wait for others, however busy the rest of the machine is.
        """
        return _quantile(self.blocked, share)

    async def measure(
        self, ticks: AsyncIterator[Tick], count: int, interval: float, healthy: bool = True
    ) -> AsyncIterator[Tick]:
        """The next `count` ticks, measured if they are a healthy camera's."""
        now, due = asyncio.get_running_loop().time, None
        async for tick in ticks:
            previous, due = due, now() - tick.late
            yield tick  # the generator continues when the cycle is over
            if healthy:
                self.lateness[_tenths(tick.late)] += 1
                self.put[_tenths(now() - due)] += 1
                self.skipped += round((due - previous) / interval) - 1 if previous else 0
            count -= 1
            if not count:
                return

    def slots(self, position: int, interval: float, count: int, healthy: bool = True) -> AsyncIterator[Tick]:
        """`count` ticks of the camera at this position in the fleet, measured."""
        slot = position / len(self.fleet.statuses) * interval
        return self.measure(periodic(interval, slot), count, interval, healthy)

    async def warm_up(self) -> None:
        """One cycle of all cameras at once, the worst case: the allocator keeps the memory that it needs for that."""

        async def at_once() -> AsyncIterator[Tick]:
            yield Tick(0.0, 0.0)

        await self.watch(lambda _: at_once())

    async def watch(self, ticks: Callable[[int], AsyncIterator[Tick]]) -> None:
        """Watch all cameras until the ticks of each, by its position, have ended."""
        heartbeat = asyncio.create_task(self._measure_blocking())
        try:
            async with asyncio.TaskGroup() as group:
                for position, status in enumerate(self.fleet.statuses):
                    group.create_task(self.watcher.watch(status, ticks(position)))
        finally:
            heartbeat.cancel()

    async def _measure_blocking(self) -> None:
        while True:
            before = time.thread_time()
            await asyncio.sleep(HEARTBEAT)
            self.blocked[_tenths(time.thread_time() - before)] += 1


@asynccontextmanager
async def measured_fleet(
    cameras: list[Camera], store: Store, interval: float, timeout: float
) -> AsyncIterator[MeasuredFleet]:
    """A fleet with these cameras. `timeout` is that of a fetch; both are in seconds."""
    counting, metrics = CountingStore(store), Metrics()
    uploads = Uploads(counting, interval, metrics)
    fetch = picture_fetcher(Client(), timeout)
    watcher = Watcher(fetch, uploads, FALLBACK, utc_now, metrics, interval=interval)
    fleet = Fleet(CameraList(cameras, {}, utc_now()), uploads, interval, utc_now)
    yield MeasuredFleet(fleet, watcher, counting)


def _tenths(seconds: float) -> int:
    return round(seconds * 10_000)


def _quantile(tenths: Counter[int], share: float) -> float:
    """In milliseconds."""
    remaining = share * tenths.total()
    for value in sorted(tenths):
        remaining -= tenths[value]
        if remaining <= 0:
            return value / 10
    return 0.0
