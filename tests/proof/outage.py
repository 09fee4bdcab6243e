"""The bucket is taken away and comes back."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from cameras.store.store import open_store
from cameras.watch.ticks import Tick
from tests.proof.elsewhere import Bucket, elsewhere
from tests.proof.row import Row, check_kept, figures, held
from tests.proof.watching import Counting, Watched, forget_peak, watching


class Lines(logging.Handler):
    """What the daemon's parts say."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@contextmanager
def _heard() -> Iterator[list[str]]:
    log, lines = logging.getLogger("cameras"), Lines()
    level = log.level
    log.addHandler(lines)
    log.setLevel(logging.INFO)
    yield lines.lines
    log.removeHandler(lines)
    log.setLevel(level)


async def outage(
    how: str, cameras: int, interval: float, intervals: int, put_deadline: float = 30.0
) -> AsyncIterator[Row]:
    """The bucket is out for some intervals, then back: nothing stops, one line for each, all live in one interval."""
    bucket, cycles = Bucket(), Cycles()
    with elsewhere(cameras, []) as there, _heard() as lines:
        await bucket.open()
        async with (
            open_store("s3://bucket", bucket.url, put_deadline) as store,
            watching(there.healthy, store, interval, interval) as watched,
        ):

            def slots(place: int) -> AsyncIterator[Tick]:
                id = there.healthy[place].id
                return cycles.counted(watched.slots(place, interval, intervals + 4), bucket, watched.store, id)

            await watched.warm_up()
            bucket.reset()  # it lives in this process, so its ends of the connections would count
            before = await held()
            forget_peak()
            watch = asyncio.create_task(watched.watch(slots))
            back = await _take_away(bucket, how, watched, interval, intervals)
            await watch
            bucket.reset()
            after = await held()
        bucket.close()
        name = f"bucket {how} for {intervals} intervals of {interval:g} s, all live {back:.1f} s after ({cameras})"
        yield figures(name, cycles.due, cycles.served, watched, watched.fleet.counts()["stopped"], before, after)
    logged = [re.split(":| after ", line)[0] for line in lines if line.startswith("uploads ")]
    assert logged == ["uploads are failing", "uploads recovered"], logged
    assert back <= interval + 1, f"{back:.1f} s until all were live"
    check_kept(before, after)


@dataclass
class Cycles:
    """Counts the cycles that had the bucket from their begin to their end, and those that put a live picture."""

    due: int = 0
    served: int = 0

    async def counted(
        self, ticks: AsyncIterator[Tick], bucket: Bucket, store: Counting, id: str
    ) -> AsyncIterator[Tick]:
        async for tick in ticks:
            outages, puts = bucket.outages, store.puts[id, "live"]
            is_open = not bucket.outage
            yield tick  # the generator goes on when the cycle is done
            if is_open and bucket.outages == outages:
                self.due += 1
                self.served += store.puts[id, "live"] - puts


async def _take_away(bucket: Bucket, how: str, watched: Watched, interval: float, intervals: int) -> float:
    """Seconds from the bucket's return until every camera is live."""
    await asyncio.sleep(1.5 * interval)
    bucket.close(how)
    await asyncio.sleep(intervals * interval)
    assert watched.fleet.counts()["stopped"] == 0
    since = asyncio.get_running_loop().time()
    await bucket.open()
    async with asyncio.timeout(2 * interval):
        while watched.fleet.counts()["live"] < len(watched.fleet.statuses):  # noqa: ASYNC110  nobody tells
            await asyncio.sleep(0.01)
    return asyncio.get_running_loop().time() - since
