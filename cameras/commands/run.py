"""The service: keeps every camera's picture fresh until it is stopped.

Its parts, in the order in which `run` starts them:
* the camera list, read once (package `camera_list`)
* the watcher: what all cameras share, such as the HTTP client, the store and the metrics (`wiring.py`)
* the fleet: all cameras' status, for reading (`watch`)
* the status page with metrics and health, which reads the fleet (`status_page`)
* reports: a summary in the log, messages to systemd (`service`)
* one task per camera: at each of its slots, fetch a picture and put it into the store (`watch`)
"""

import asyncio
import logging
from argparse import Namespace
from collections.abc import AsyncIterator, Callable
from typing import NoReturn

from cameras.camera_list import CameraList, load_cameras
from cameras.commands.versions import versions
from cameras.commands.wiring import PageOpener, list_source, open_watcher, page_opener, utc_now
from cameras.errors import FleetStopped
from cameras.service import Notifier, logs
from cameras.watch.fleet import Fleet
from cameras.watch.ticks import Tick, camera_ticks, periodic
from cameras.watch.watcher import Watcher
from config import Config

log = logging.getLogger(__name__)


async def main(_arguments: Namespace, config: Config, notifier: Notifier) -> NoReturn:
    logs.set_up(config.log_level, config.log_file)
    log.info("%s", versions())
    await run(config, await load_cameras(list_source(config)), notifier, page_opener(config))


async def run(config: Config, cameras: CameraList, notifier: Notifier, open_page: PageOpener) -> NoReturn:
    """Keep every camera's picture fresh until cancelled; FleetStopped when every camera has stopped."""
    async with open_watcher(config) as watcher:
        fleet = Fleet(cameras, watcher.uploads, config.interval, utc_now)
        registry = watcher.metrics.registry
        registry.register(fleet)
        async with open_page(fleet, registry), asyncio.TaskGroup() as reports:
            log.info(
                "watching %d cameras every %g s, pictures to %s",
                len(fleet.statuses),
                config.interval,
                fleet.uploads.store,
            )
            ticks = periodic(config.interval, slot=config.interval)
            summaries = reports.create_task(log_summaries(ticks, fleet.summary))
            messages = reports.create_task(notifier.run(fleet.status_line))
            await _watch_all(fleet, watcher)
            summaries.cancel()
            messages.cancel()
    raise FleetStopped("every camera has stopped; restart the service to try them again")


async def _watch_all(fleet: Fleet, watcher: Watcher) -> None:
    """Returns when every camera has stopped."""
    async with asyncio.TaskGroup() as watches:
        for position, status in enumerate(fleet.statuses):
            watches.create_task(watcher.watch(status, camera_ticks(position, fleet.interval)))


async def log_summaries(ticks: AsyncIterator[Tick], summary: Callable[[], str]) -> None:
    """One line per tick."""
    async for _ in ticks:
        log.info("%s", summary())
