"""The daemon: one endless task per camera, over one HTTP client and one store."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable

from cameras.camera_list import CameraList
from cameras.commands.wiring import open_watcher, utc_now
from cameras.errors import FleetStopped
from cameras.service.systemd import Notifier
from cameras.status_page.server import open_page
from cameras.watch.fleet import Fleet
from cameras.watch.ticks import Tick, camera_ticks, periodic
from cameras.watch.watcher import Watcher
from config import Config

log = logging.getLogger(__name__)


async def run(config: Config, cameras: CameraList, notifier: Notifier) -> None:
    """Keeps every camera's picture fresh until cancelled; FleetStopped when every camera has stopped."""
    async with open_watcher(config) as watcher:
        fleet = Fleet(cameras, watcher.uploads, config.interval, utc_now)
        watcher.metrics.registry.register(fleet)
        async with open_page(config, fleet, watcher.metrics.registry), asyncio.TaskGroup() as background:
            log.info(
                "watching %d cameras every %g s, pictures to %s",
                len(fleet.statuses),
                config.interval,
                fleet.uploads.store,
            )
            telling = [
                background.create_task(summaries(periodic(config.interval, slot=config.interval), fleet.summary)),
                background.create_task(notifier.run(fleet.status_line)),
            ]
            await _watch_all(fleet, watcher)
            for task in telling:
                task.cancel()
    raise FleetStopped("every camera has stopped; restart the service to try them again")


async def _watch_all(fleet: Fleet, watcher: Watcher) -> None:
    """Returns when every camera has stopped."""
    async with asyncio.TaskGroup() as watches:
        for position, status in enumerate(fleet.statuses):
            watches.create_task(watcher.watch(status, camera_ticks(position, fleet.interval)))


async def summaries(ticks: AsyncIterator[Tick], summary: Callable[[], str]) -> None:
    """One INFO line at each tick."""
    async for _ in ticks:
        log.info("%s", summary())
