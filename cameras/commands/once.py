"""One cycle for every camera, and a closing table: for a first look, or for cron on a small fleet."""

import asyncio
import sys
from collections import Counter
from typing import Any

from tqdm import tqdm

from cameras.camera_list import CameraList
from cameras.commands.wiring import open_watcher
from cameras.watch.status import Status
from cameras.watch.ticks import single_tick
from cameras.watch.watcher import Watcher
from config import Config


async def run_once(config: Config, cameras: CameraList) -> int:
    """Exit status: 0 if every camera is live, 1 if some failed. A bar on a terminal, else a line for each camera."""
    fleet = [Status(camera) for camera in cameras.cameras]
    with tqdm(total=len(fleet), unit="camera", disable=not sys.stderr.isatty()) as bar:
        async with open_watcher(config) as watcher, asyncio.TaskGroup() as group:
            for position, status in enumerate(fleet):
                group.create_task(_one(watcher, status, position, bar))
        store_error = watcher.uploads.error
    print(table(fleet, cameras.skipped))
    if store_error:
        print(f"store fails: {store_error}")
    return 0 if all(status.state == "live" for status in fleet) else 1


async def _one(watcher: Watcher, status: Status, position: int, bar: "tqdm[Any]") -> None:
    await watcher.watch(status, single_tick(position))
    bar.update()
    if bar.disable:
        print(f"{status.camera}: {status.error or status.state}", flush=True)


def table(fleet: list[Status], skipped: dict[str, list[str]]) -> str:
    """Live and failed, the failed by their error's name, then what was left out and why."""
    live = sum(status.state == "live" for status in fleet)
    reasons = Counter(type(status.error).__name__ for status in fleet if status.error)
    rows = [("live", live), ("failed", len(fleet) - live)]
    rows += [(f"  {name}", count) for name, count in reasons.most_common()]
    rows += [(f"left out: {reason}", len(ids)) for reason, ids in skipped.items()]
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:<{width}}  {count:>6}" for name, count in rows)
