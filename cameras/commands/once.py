"""One cycle for every camera, then a table: for a first look, or from cron for a small fleet."""

import sys
from argparse import Namespace
from asyncio import TaskGroup
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cameras.camera_list import load_cameras
from cameras.commands.table import Row, table
from cameras.commands.wiring import list_source, open_watcher
from cameras.errors import ConfigError
from cameras.service import Notifier, logs
from cameras.state import FolderDocuments, open_memory, running_pid
from cameras.watch import Status, Watcher, recall, single_tick
from cameras.watch import log as watch_log
from config import Config

if TYPE_CHECKING:
    from tqdm import tqdm


async def main(arguments: Namespace, config: Config, _notifier: Notifier) -> int:
    """Exit status: 0 if every camera is live, and no older picture can replace what was put; else 1.

    Shows a progress bar on a terminal, else a line per camera. ConfigError while the service runs, unless `anyway`.
    """
    from tqdm import tqdm  # the service never needs it

    logs.set_up(config.log_level, config.log_file, quiet=watch_log, journal_stream=config.journal_stream)
    if not arguments.anyway and (pid := running_pid(config.state_directory)):
        raise ConfigError(f"the service runs (process {pid}): cameras would be asked twice; stop it, or use --anyway")
    cameras = await load_cameras(list_source(config))
    statuses = [Status(camera) for camera in cameras.cameras]
    documents = FolderDocuments(config.state_directory)
    with tqdm(total=len(statuses), unit="camera", disable=not sys.stderr.isatty()) as bar:
        async with open_memory(documents) as memory, open_watcher(config, memory) as watcher, TaskGroup() as group:
            for position, status in enumerate(statuses):
                group.create_task(_one(watcher, status, position, bar))
        store_error = watcher.uploads.error
    print(table(_rows(statuses, cameras.skipped)))
    if store_error:
        print(f"uploads are failing: {store_error}")
    uncertain = [status.camera.id for status in statuses if status.uncertain_until]
    if uncertain:
        print(f"uploads without an answer, which may still be applied: {', '.join(uncertain)}; run once again")
    return 0 if all(status.state == "live" for status in statuses) and not uncertain else 1


async def _one(watcher: Watcher, status: Status, position: int, bar: "tqdm[Any]") -> None:
    await recall(status, watcher)
    await watcher.watch(status, single_tick(position))
    bar.update()
    if bar.disable:
        print(f"{status.camera}: {status.error or status.state}", flush=True)


def _rows(statuses: Sequence[Status], skipped: Mapping[str, Sequence[str]]) -> Iterator[Row]:
    """Live and failed cameras, the failed ones by their error's name, then how many rows were skipped and why."""
    live = sum(status.state == "live" for status in statuses)
    yield "live", live, ""
    yield "failed", len(statuses) - live, ""
    for name, count in Counter(type(status.error).__name__ for status in statuses if status.error).most_common():
        yield f"  {name}", count, ""
    for reason, ids in skipped.items():
        yield f"skipped: {reason}", len(ids), ""
