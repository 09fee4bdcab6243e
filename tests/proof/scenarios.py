"""What is done to the fleet. Each scenario gives rows of figures; AssertionError where a promise is broken."""

import asyncio
import logging
import random
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from cameras import jpeg
from cameras.camera import Camera
from cameras.simulator.ailments import AILMENTS
from cameras.stores import FolderStore, open_store
from cameras.ticks import Tick
from tests.programs import Program
from tests.proof.elsewhere import Bucket, Elsewhere, elsewhere
from tests.proof.watching import Counting, Watched, forget_peak, memory, open_files, peak, watching

SETTLED = 0.5  # seconds until the last connections are closed


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
    memory: float
    files: int


def _held() -> Held:
    return Held(memory(), open_files())


def _row(scenario: str, due: int, served: int, watched: Watched, errors: int, before: Held, after: Held) -> Row:
    return Row(
        scenario,
        due,
        served,
        due - served,
        round(watched.p99, 1),
        round(max(watched.late) * 1000, 1),
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
    return [alone, beside]


async def _cycles(
    scenario: str, healthy: list[Camera], ailing: list[tuple[Camera, str]], interval: float, cycles: int
) -> Row:
    before = _held()
    forget_peak()
    cameras = [*healthy, *[camera for camera, _ in ailing]]
    with tempfile.TemporaryDirectory() as folder:
        async with watching(cameras, FolderStore(Path(folder)), interval, interval * 0.8) as watched:
            await watched.watch(lambda place: watched.slots(place, interval, cycles, healthy=place < len(healthy)))
            served = sum(watched.store.puts[camera.id, "live"] for camera in healthy)
            errors = _wrong(watched, ailing)
    await asyncio.sleep(SETTLED)
    return _row(
        f"{scenario} ({len(healthy)}+{len(ailing)})", len(healthy) * cycles, served, watched, errors, before, _held()
    )


def _wrong(watched: Watched, ailing: list[tuple[Camera, str]]) -> int:
    """How many cameras are not as their ailment wants it: its error, and the fallback put once; or else live."""
    states = {status.camera.id: status for status in watched.fleet.statuses}
    wrong = 0
    for camera, ailment in ailing:
        status, expected = states[camera.id], AILMENTS[ailment].error
        if expected:
            right = type(status.error) is expected and watched.store.puts[camera.id, "fallback"] == 1
        else:
            right = status.state == "live"
        wrong += not right
    return wrong + sum(status.state != "live" for status in watched.fleet.statuses[: -len(ailing) or None])


async def soak(cameras: int, interval: float, cycles: int) -> list[Row]:
    """A day's cycles at a short interval, over the real S3 client: memory and tasks after the first tenth against the
    end, open files before all against after all."""
    tenth = max(1, cycles // 10)
    with elsewhere(cameras, []) as there:
        files = open_files()
        async with (
            open_store("s3://bucket", there.bucket) as store,
            watching(there.healthy, store, interval, interval) as watched,
        ):
            await watched.watch(lambda place: watched.slots(place, interval, tenth))
            await asyncio.sleep(SETTLED)
            before, tasks = Held(memory(), files), len(asyncio.all_tasks())
            forget_peak()
            await watched.watch(lambda place: watched.slots(place, interval, cycles - tenth))
            await asyncio.sleep(SETTLED)
            end = memory()
            assert len(asyncio.all_tasks()) == tasks
        await asyncio.sleep(SETTLED)
        after, errors = Held(end, open_files()), cameras - watched.fleet.counts()["live"]
        name = f"soak: {cycles} cycles of {interval:g} s ({cameras})"
        return [_row(name, cameras * cycles, watched.store.puts.total(), watched, errors, before, after)]


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


async def outage(cameras: int, interval: float, intervals: int) -> list[Row]:
    """The bucket is out for some intervals, then back: nothing stops, one line for each, all live in one interval."""
    bucket, cycles = Bucket(), Cycles()
    with elsewhere(cameras, []) as there, _heard() as lines:
        before = _held()
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
            back = await _take_away(bucket, watched, interval, intervals)
            await watch
        await bucket.close()
        await asyncio.sleep(SETTLED)
        name = f"bucket out for {intervals} intervals of {interval:g} s, all live {back:.1f} s after ({cameras})"
        row = _row(name, cycles.due, cycles.served, watched, watched.fleet.counts()["stopped"], before, _held())
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
            is_open = bucket.is_open
            yield tick  # the generator goes on when the cycle is done
            if is_open and bucket.outages == outages:
                self.due += 1
                self.served += store.puts[id, "live"] - puts


async def _take_away(bucket: Bucket, watched: Watched, interval: float, intervals: int) -> float:
    """Seconds from the bucket's return until every camera is live."""
    await asyncio.sleep(1.5 * interval)
    await bucket.close()
    await asyncio.sleep(intervals * interval)
    assert watched.fleet.counts()["stopped"] == 0
    since = asyncio.get_running_loop().time()
    await bucket.open()
    async with asyncio.timeout(2 * interval):
        while watched.fleet.counts()["live"] < len(watched.fleet.statuses):  # noqa: ASYNC110  nobody tells
            await asyncio.sleep(0.01)
    return asyncio.get_running_loop().time() - since


def deaths(cameras: int, times: int, number: signal.Signals) -> list[Row]:
    """The daemon is killed or stopped at random moments under load: never half a picture, and soon back."""
    slowest = 0.0
    with elsewhere(cameras, []) as there, tempfile.TemporaryDirectory() as name:
        folder, pictures = Path(name), Path(name) / "public" / "image"
        settings = _settings(folder, there)
        for _ in range(times):
            with Program(folder, **settings) as program:
                slowest = max(slowest, _until_fresh(program, pictures, 1))
                time.sleep(random.uniform(0, 0.8))
                status = program.stop(number)
            assert status == (0 if number == signal.SIGTERM else -number), program.err
            for picture in pictures.glob("*.jpg"):
                assert jpeg.whole(picture.read_bytes()) == picture.read_bytes(), f"half a picture in {picture}"
        with Program(folder, **settings) as program:
            _until_fresh(program, pictures, cameras)
            program.stop()
    scenario = f"{number.name} {times} times, first picture {slowest:.2f} s after a start at the latest ({cameras})"
    return [Row(scenario, times, times, 0, 0.0, 0.0, 0, "–", "–")]


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
