"""Small fakes: a store in memory, and a clock that moves when told."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from cameras.errors import StoreError
from cameras.ticks import Tick


class Put(NamedTuple):
    name: str
    image: bytes
    expires: datetime
    metadata: Mapping[str, str]


class MemoryStore:
    """Remembers every put; refuses while `out`."""

    def __init__(self) -> None:
        self.puts: list[Put] = []
        self.out = False

    async def put(self, name: str, content: bytes, expires: datetime, metadata: Mapping[str, str]) -> int:
        if self.out:
            raise StoreError("bucket: SlowDown; wait")
        self.puts.append(Put(name, content, expires, dict(metadata)))
        return 0

    @property
    def states(self) -> list[str]:
        return [put.metadata["state"] for put in self.puts]


class Clock:
    def __init__(self) -> None:
        self.time = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def seconds(self) -> float:
        return self.time.timestamp()

    def forward(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


async def some_ticks(count: int) -> AsyncIterator[Tick]:
    for _ in range(count):
        yield Tick(late=0.0, next_in=300.0)
