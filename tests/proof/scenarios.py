"""What is done to the fleet. Each scenario gives rows of figures; AssertionError where a promise is broken."""

import asyncio
import logging
import random
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from cameras import jpeg
from cameras.camera import Camera
from cameras.errors import NotAnImage
from cameras.simulator.ailments import AILMENTS
from cameras.stores import FolderStore, open_store
from cameras.ticks import Tick
from tests.programs import Program
from tests.proof.elsewhere import Bucket, Elsewhere, elsewhere
from tests.proof.watching import Counting, Watched, forget_peak, memory, open_files, peak, watching

SETTLED = 0.5  # seconds until the last connections are closed
GROWTH = 1.03  # of memory, at most
RESTART = 1.0  # seconds until the first new picture


class Row(NamedTuple):
    scenario: str
    due: int
    served: int
    lost: int
    late_p99: float  # milliseconds
    late_max: float
    errors: int
    memory: str  # MB before -> after (peak)
    files: str  # open files before -> after


class Held(NamedTuple):
    """What the process holds, apart from the bucket's pool of connections."""

    memory: float
    files: int
    tasks: int


async def _held(bucket: str = "") -> Held:
    await asyncio.sleep(SETTLED)
    return Held(memory(), open_files(bucket), len(asyncio.all_tasks()))


def _row(scenario: str, due: int, served: int, watched: Watched, errors: int, before: Held, after: Held) -> Row:
    return Row(
        scenario,
        due,
        served,
        due - served,
        watched.late(0.99),
        watched.late(1),
        errors,
        f"{before.memory:.1f} -> {after.memory:.1f} ({peak():.0f})",
        f"{before.files} -> {after.files}",
    )


async def fleet(healthy: int, ailing: int, interval: float, cycles: int) -> list[Row]:
    """The healthy ones alone, then with all ailments beside them, in one run."""
    names = list(AILMENTS)
    with elsewhere(healthy, [names[number % len(names)] for number in range(ailing)]) as there:
        alone = await _cycles("healthy cameras alone", there.healthy, [], interval, cycles)
        beside = await _cycles("the same beside ailing ones", there.healthy, there.ailing, interval, cycles)
    assert beside.late_p99 <= alone.late_p99 + interval * 1000 / 20, (alone, beside)
    return [alone, beside]


async def _cycles(
    scenario: str, healthy: list[Camera], ailing: list[tuple[Camera, str]], interval: float, cycles: int
) -> Row:
    cameras = [*healthy, *[camera for camera, _ in ailing]]
    with tempfile.TemporaryDirectory() as folder:
        async with watching(cameras, FolderStore(Path(folder)), interval, interval * 0.8) as watched:
            before = await _held()
            forget_peak()
            await watched.watch(lambda place: watched.slots(place, interval, cycles, healthy=place < len(healthy)))
            after = await _held()
            assert after[1:] == before[1:], (before, after)
    served = sum(watched.store.puts[camera.id, "live"] for camera in healthy)
    name = f"{scenario} ({len(healthy)}+{len(ailing)})"
    return _row(name, len(healthy) * cycles, served, watched, _wrong(watched, ailing), before, after)


def _wrong(watched: Watched, ailing: list[tuple[Camera, str]]) -> int:
    """How many cameras are not as their ailment wants it: its error, the fallback put once, stopped by the rule; or
    else live."""
    states = {status.camera.id: status for status in watched.fleet.statuses}
    wrong = 0
    for camera, ailment in ailing:
        status, expected = states[camera.id], AILMENTS[ailment].error
        if expected:
            right = type(status.error) is expected and watched.store.puts[camera.id, "fallback"] == 1
            right &= status.stopped == (
                status.failures == watched.watcher.max_failures
                or status.login_failures == watched.watcher.max_login_failures
            )
        else:
            right = status.state == "live"
        wrong += not right
    return wrong + sum(status.state != "live" for status in watched.fleet.statuses[: -len(ailing) or None])


async def soak(cameras: int, cycles: int) -> list[Row]:
    """A day's cycles without the waiting, over the real S3 client: what is held after a tenth against the end. All
    cameras come at once, the worst that can happen, so the allocator takes at the begin what it ever takes."""
    tenth = max(2, cycles // 10)
    with elsewhere(cameras, [], ("Sarix",)) as there:
        async with (
            open_store("s3://bucket", there.bucket) as store,
            watching(there.healthy, store, 300, 60) as watched,
        ):
            await watched.watch(lambda _: watched.at_once(tenth))
            before = await _held(there.bucket)
            forget_peak()
            await watched.watch(lambda _: watched.at_once(cycles - tenth))
            after = await _held(there.bucket)
    assert after.memory <= before.memory * GROWTH, (before, after)
    assert after[1:] == before[1:], (before, after)
    served = sum(watched.store.puts[camera.id, "live"] for camera in there.healthy)
    errors = cameras - watched.fleet.counts()["live"]
    return [_row(f"soak: {cycles} cycles ({cameras})", cameras * cycles, served, watched, errors, before, after)]


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


async def outage(how: str, cameras: int, interval: float, intervals: int) -> list[Row]:
    """The bucket is out for some intervals, then back: nothing stops, one line for each, all live in one interval."""
    bucket, cycles = Bucket(), Cycles()
    with elsewhere(cameras, []) as there, _heard() as lines:
        before = await _held()
        forget_peak()
        await bucket.open()
        async with (
            open_store("s3://bucket", bucket.url) as store,
            watching(there.healthy, store, interval, interval) as watched,
        ):

            def slots(place: int) -> AsyncIterator[Tick]:
                id = there.healthy[place].id
                return cycles.counted(watched.slots(place, interval, intervals + 4), bucket, watched.store, id)

            watch = asyncio.create_task(watched.watch(slots))
            back = await _take_away(bucket, how, watched, interval, intervals)
            await watch
        bucket.close()
        after = await _held()
        name = f"bucket {how} for {intervals} intervals of {interval:g} s, all live {back:.1f} s after ({cameras})"
        row = _row(name, cycles.due, cycles.served, watched, watched.fleet.counts()["stopped"], before, after)
    told = [line.partition(":")[0] for line in lines if line.startswith("store ")]
    assert told == ["store fails", "store works again"], told
    assert back <= interval + 1, f"{back:.1f} s until all were live"
    return [row]


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


def deaths(cameras: int, times: int, number: signal.Signals) -> list[Row]:
    """The daemon is killed or stopped at random moments under load: `served` are the pictures found whole, `errors` the
    starts that took longer than a second."""
    starts: list[float] = []
    due = whole = 0
    with elsewhere(cameras, []) as there, tempfile.TemporaryDirectory() as name:
        folder, pictures = Path(name), Path(name) / "public" / "image"
        settings = _settings(folder, there)
        for _ in range(times):
            with Program(folder, **settings) as program:
                starts.append(_until_fresh(program, pictures, 1))
                time.sleep(random.uniform(0, 0.8))
                status = program.stop(number)
            assert status == (0 if number == signal.SIGTERM else -number), program.err
            found = [picture.read_bytes() for picture in pictures.glob("*.jpg")]
            due, whole = due + len(found), whole + sum(map(_is_whole, found))
        with Program(folder, **settings) as program:
            _until_fresh(program, pictures, cameras)
            program.stop()
    late = sum(start > RESTART for start in starts)
    scenario = f"{number.name} {times} times, first picture {max(starts):.2f} s after a start at the latest ({cameras})"
    return [Row(scenario, due, whole, due - whole, 0.0, 0.0, late, "–", "–")]


def _is_whole(picture: bytes) -> bool:
    with suppress(NotAnImage):
        return jpeg.whole(picture) == picture
    return False


def _settings(folder: Path, there: Elsewhere) -> dict[str, str]:
    rows = ["camera_id,camera_status,camera_mfg,camera_ip"]
    logins = ["camera_id,username,password"]
    for camera in there.healthy:
        rows.append(f"{camera.id},TURNED_ON,{camera.make},{camera.address}")
        if camera.login:
            logins.append(f"{camera.id},{camera.login.username},{camera.login.password}")
    (folder / "list.csv").write_text("\n".join(rows))
    (folder / "logins.csv").write_text("\n".join(logins))
    return {"CAMERA_LIST": "list.csv", "CAMERA_ADDRESSES": "logins.csv", "INTERVAL": "1"}


def _until_fresh(program: Program, pictures: Path, count: int) -> float:
    """Seconds until `count` pictures are younger than now."""
    began, since = time.monotonic(), time.time()
    program.until(lambda: sum(each.stat().st_mtime > since for each in pictures.glob("*.jpg")) >= count)
    return time.monotonic() - began
