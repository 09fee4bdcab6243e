"""Small fakes: a store in memory, and clocks that move only when a test moves them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from cameras.camera import Camera
from cameras.camera_list import CameraList
from cameras.errors import StoreError
from cameras.store import Uploads
from cameras.watch import Fleet, Outage, Status
from cameras.watch.ticks import Tick


class Put(NamedTuple):
    name: str
    content: bytes
    expires: datetime
    metadata: Mapping[str, str]


class MemoryStore:
    """Remembers every put."""

    def __init__(self) -> None:
        self.puts: list[Put] = []
        self.out = False  # every put fails
        self.unanswered = 0  # attempts of every put that got no answer
        self.hanging = False  # no put ends
        self.hung: list[str] = []  # names of puts that will never end
        self.started = asyncio.Event()  # a put has started

    async def put(self, name: str, content: bytes, expires: datetime, metadata: Mapping[str, str]) -> int:
        self.started.set()
        if self.hanging:
            self.hung.append(name)
            await asyncio.Event().wait()
        if self.out:
            raise StoreError("bucket: SlowDown; wait", self.unanswered)
        self.puts.append(Put(name, content, expires, dict(metadata)))
        return self.unanswered

    @property
    def states(self) -> list[str]:
        return [put.metadata["state"] for put in self.puts]


class Clock:
    """The time of day, in UTC and as seconds."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def seconds(self) -> float:
        return self.time.timestamp()

    def forward(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class FakeTime:
    """A monotonic clock and its `sleep`, which takes no time: it moves the clock on, by `lag` seconds too far."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.lag = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += max(0.0, seconds) + self.lag


def fleet_of(
    cameras: list[Camera],
    uploads: Uploads,
    now: Callable[[], datetime],
    interval: float = 300,
    skipped: dict[str, list[str]] | None = None,
) -> Fleet:
    """A fleet whose cameras nobody watches."""
    listed = CameraList(cameras, skipped or {}, now())
    return Fleet(listed, {camera.id: Status(camera) for camera in cameras}, uploads, Outage(now), interval, now)


async def some_ticks(count: int) -> AsyncIterator[Tick]:
    for _ in range(count):
        yield Tick(late=0.0, next_in=300.0)
