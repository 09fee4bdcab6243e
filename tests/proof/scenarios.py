"""What is done to the fleet. Each scenario gives rows of figures; AssertionError where a promise is broken."""

import asyncio
import logging
import random
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from cameras import jpeg
from cameras.camera import Camera
from cameras.simulator.ailments import AILMENTS
from cameras.stores import FolderStore, open_store
from cameras.ticks import Tick
from tests.programs import Program
from tests.proof.elsewhere import Bucket, Elsewhere, elsewhere
from tests.proof.watching import Watched, memory, open_files, watching

SETTLED = 0.5  # seconds until the last connections are closed


class Row(NamedTuple):
    scenario: str
    due: int
    served: int
    lost: int
    late_p99: float  # milliseconds
    late_max: float
    errors: int
    memory: str  # MB before -> after
    files: str  # open files before -> after


def _row(scenario: str, due: int, served: int, watched: Watched | None, errors: int, before: tuple[float, int]) -> Row:
    after = memory(), open_files()
    late = max(watched.late, default=0.0) * 1000 if watched else 0.0
    return Row(
        scenario,
        due,
        served,
        due - served,
        round(watched.p99 if watched else 0.0, 1),
        round(late, 1),
        errors,
        f"{before[0]:.0f} -> {after[0]:.0f}",
        f"{before[1]} -> {after[1]}",
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
    before = memory(), open_files()
    cameras = [*healthy, *[camera for camera, _ in ailing]]
    with tempfile.TemporaryDirectory() as folder:
        async with watching(cameras, FolderStore(Path(folder)), interval, interval * 0.8) as watched:
            await watched.watch(lambda place: watched.slots(place, interval, cycles, healthy=place < len(healthy)))
            served = sum(watched.store.puts[camera.id, "live"] for camera in healthy)
            errors = _wrong(watched, ailing)
    await asyncio.sleep(SETTLED)
    return _row(f"{scenario} ({len(healthy)}+{len(ailing)})", len(healthy) * cycles, served, watched, errors, before)


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


async def soak(cameras: int, cycles: int) -> list[Row]:
    """A day's cycles without the waiting, over the real S3 client: memory after the first tenth against the end, open
    files before all against after all."""
    tenth = max(1, cycles // 10)
    with elsewhere(cameras, []) as there:
        files = open_files()
        async with AsyncExitStack() as stack:
            store = await stack.enter_async_context(open_store("s3://bucket", there.bucket))
            watched = await stack.enter_async_context(watching(there.healthy, store, 300, 60))
            await watched.watch(lambda _: _flat_out(tenth))
            before, tasks = memory(), len(asyncio.all_tasks())
            await watched.watch(lambda _: _flat_out(cycles - tenth))
            end = memory()
            assert len(asyncio.all_tasks()) <= tasks
            served = sum(watched.store.puts.values())
            errors = sum(status.state != "live" for status in watched.fleet.statuses)
        await asyncio.sleep(SETTLED)
        name = f"soak ({cameras} cameras, {cycles} cycles)"
        row = _row(name, cameras * cycles, served, None, errors, (before, files))
    return [row._replace(memory=f"{before:.1f} -> {end:.1f}")]


async def _flat_out(cycles: int) -> AsyncIterator[Tick]:
    for _ in range(cycles):
        yield Tick(0.0, 0.0)


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
    bucket = Bucket()
    with elsewhere(cameras, []) as there, _heard() as lines:
        before = memory(), open_files()
        await bucket.open()
        async with (
            open_store("s3://bucket", bucket.url) as store,
            watching(there.healthy, store, interval, interval) as watched,
        ):
            watch = asyncio.create_task(watched.watch(lambda place: watched.slots(place, interval, intervals + 4)))
            back = await _take_away(bucket, watched, interval, intervals)
            await watch
        served, errors = sum(watched.store.puts.values()), watched.fleet.counts()["stopped"]
        await bucket.close()
        await asyncio.sleep(SETTLED)
        name = f"bucket out for {intervals} of {interval:g} s ({cameras})"
        row = _row(name, served, served, watched, errors, before)
    told = [line.partition(":")[0] for line in lines if line.startswith("store ")]
    assert told == ["store fails", "store works again"], told
    assert back <= interval + 1, f"{back:.1f} s until all were live"
    return [row._replace(scenario=f"{name}, all live {back:.1f} s after")]


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
    before, slowest = (memory(), open_files()), 0.0
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
    return [_row(scenario, times, times, None, 0, before)]


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
