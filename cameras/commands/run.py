"""The service: keeps every camera's picture fresh until it is stopped.

Its parts, in the order in which they start:
* the state: what is remembered of each camera across restarts (`state`)
* the camera list: at once from the cache, if there is one; then read again and again (`camera_list`)
* the watcher: what all cameras share, such as the store and the metrics (`wiring.py`)
* the roster: one task per camera; at each of its slots, fetch a picture and put it into the store (`watch`)
* the fleet: all cameras' status, for reading (`watch`)
* in the background: the status page with metrics and health, reloads, reports (`background.py`)
"""

import asyncio
import logging
from argparse import Namespace
from datetime import timedelta
from typing import NoReturn

from cameras.camera_list import CameraList, ListReader
from cameras.commands.background import Background, running
from cameras.commands.versions import versions
from cameras.commands.wiring import PageOpener, list_source, open_watcher, page_opener, utc_now
from cameras.errors import FleetStopped
from cameras.service import Notifier, logs
from cameras.state import CameraMemory, FolderDocuments, open_memory, sole_run
from cameras.watch import Fleet, Roster, open_roster
from config import Config

log = logging.getLogger(__name__)


async def main(_arguments: Namespace, config: Config, notifier: Notifier) -> NoReturn:
    logs.set_up(config.log_level, config.log_file, journal_stream=config.journal_stream)
    log.info("%s", versions())
    with sole_run(config.state_directory):
        async with open_memory(FolderDocuments(config.state_directory)) as memory:
            reader = ListReader(list_source(config), memory.published)
            cameras = await reader.cached() or await reader.read()
            await run(config, reader, cameras, memory, notifier, page_opener(config))


async def run(
    config: Config,
    reader: ListReader,
    cameras: CameraList,
    memory: CameraMemory,
    notifier: Notifier,
    open_page: PageOpener,
) -> NoReturn:
    """Keep every camera's picture fresh until cancelled; FleetStopped when every camera has stopped."""
    login_window = timedelta(seconds=config.durations.login_window)
    async with open_watcher(config, memory) as watcher, open_roster(watcher, login_window) as roster:
        await roster.apply(cameras.cameras, cameras.unconfirmed)
        recorder = watcher.recorder
        fleet = Fleet(cameras, roster.statuses, watcher.uploads, recorder.outage, config.interval, utc_now)
        recorder.metrics.registry.register(fleet)
        log.info("watching %d cameras every %g s, pictures to %s", len(cameras.cameras), config.interval, fleet.store)
        async with running(Background(config.list_interval, reader, roster, fleet, recorder, notifier, open_page)):
            await _until_all_stopped(roster, fleet)
    raise FleetStopped("every camera has stopped; restart the service to try them again")


async def _until_all_stopped(roster: Roster, fleet: Fleet) -> None:
    """A fleet that was stopped for its logins goes on: a restart would send wrong logins again, and lock accounts."""
    reported = False
    while True:
        await roster.all_stopped.wait()
        if not fleet.all_logins_rejected:
            return
        if not reported:
            log.error("every camera rejected its login and was stopped; fix the logins, then restart")
        reported = True
        await asyncio.sleep(fleet.interval)
