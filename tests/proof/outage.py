"""The bucket becomes unavailable and comes back."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf

from cameras.store import open_store
from cameras.watch import Tick
from tests.process import MAX_WAIT
from tests.proof.fleet_process import Bucket, fleet_process
from tests.proof.measured import CountingStore, MeasuredFleet, measured_fleet
from tests.proof.resources import check_no_growth, reset_peak, resources, settled
from tests.proof.result import Result, result


class Lines(logging.Handler):
    """Collects log messages."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@contextmanager
def _logged() -> Iterator[list[str]]:
    log, lines = logging.getLogger("cameras"), Lines()
    level = log.level
    log.addHandler(lines)
    log.setLevel(logging.INFO)
    yield lines.lines
    log.removeHandler(lines)
    log.setLevel(level)


async def outage(
    how: str, cameras: int, interval: float, intervals: int, put_deadline: float = 30.0, slack: float = inf
) -> AsyncIterator[Result]:
    """The bucket is unavailable for some intervals: no camera stops, two lines are logged, and each camera's first
    cycle after its return puts a live picture. So all are live within an interval, and `slack` seconds on top of it.
    """
    bucket, cycles = Bucket(), Cycles()
    with fleet_process(cameras, []) as servers, _logged() as lines:
        await bucket.open()
        async with (
            open_store("s3://bucket", bucket.url, put_deadline) as store,
            measured_fleet(servers.healthy, store, interval, interval) as fleet,
        ):

            def slots(position: int) -> AsyncIterator[Tick]:
                id = servers.healthy[position].id
                return cycles.count(fleet.slots(position, interval, intervals + 4), bucket, fleet.store, id)

            start = resources()
            await fleet.warm_up()
            bucket.reset()  # it runs in this process, so its ends of the connections would count
            before = await settled(start)
            reset_peak()
            watch = asyncio.create_task(fleet.watch(slots))
            recovery = await _take_away(bucket, how, fleet, interval, intervals)
            await watch
            bucket.reset()
            after = await settled(before)
        bucket.close()
        name = f"bucket {how} for {intervals} intervals of {interval:g} s, all live {recovery:.1f} s after ({cameras})"
        stopped = fleet.fleet.counts()["stopped"]
        yield result(name, cycles.due, cycles.served, fleet, stopped, before, after, skipped=0)
    _check_log(lines)
    assert cycles.first_served == cameras, cycles
    assert recovery <= interval + slack, f"{recovery:.1f} s until all were live"
    check_no_growth(before, after)


def _check_log(lines: list[str]) -> None:
    logged = [re.split(":| after ", line)[0] for line in lines if line.startswith("uploads ")]
    assert logged == ["uploads are failing", "uploads recovered"], logged


@dataclass
class Cycles:
    """Cycles during which the bucket was available from start to end."""

    due: int = 0
    served: int = 0  # with a live picture put
    first_served: int = 0  # cameras whose first cycle after the outage did so

    async def count(
        self, ticks: AsyncIterator[Tick], bucket: Bucket, store: CountingStore, id: str
    ) -> AsyncIterator[Tick]:
        is_first = True
        async for tick in ticks:
            outages, puts = bucket.outages, store.puts[id, "live"]
            was_available = not bucket.outage
            yield tick  # the generator continues when the cycle is over
            if was_available and bucket.outages == outages:
                served = store.puts[id, "live"] - puts
                self.due += 1
                self.served += served
                if outages and is_first:
                    self.first_served += served
                    is_first = False


async def _take_away(bucket: Bucket, how: str, fleet: MeasuredFleet, interval: float, intervals: int) -> float:
    """Seconds from the bucket's return until every camera is live."""
    await asyncio.sleep(1.5 * interval)
    bucket.close(how)
    await asyncio.sleep(intervals * interval)
    assert fleet.fleet.counts()["stopped"] == 0
    returned = asyncio.get_running_loop().time()
    await bucket.open()
    async with asyncio.timeout(MAX_WAIT):
        while fleet.fleet.counts()["live"] < len(fleet.fleet.statuses):  # noqa: ASYNC110  nothing announces it
            await asyncio.sleep(0.01)
    return asyncio.get_running_loop().time() - returned
