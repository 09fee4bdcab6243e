"""The service: keeps every camera's picture fresh until it is stopped.

Its parts, in the order in which they start:
* the state: what is remembered of each camera across restarts (`state`)
* the camera list: at once from the cache, if there is one; then read again and again (`camera_list`)
* the watcher: what all cameras share, such as the store and the metrics (`wiring.py`)
* the roster: one task per camera; at each of its slots, fetch a picture and put it into the store (`watch`)
* the fleet: all cameras' status, for reading (`watch`)
* in the background: the status page with metrics and health, the control socket, reloads, reports (`background.py`)
"""

import asyncio
import logging
import signal
from argparse import Namespace
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

from cameras.camera_list import CameraList, ListReader
from cameras.commands.background import Background, running
from cameras.commands.versions import versions
from cameras.commands.wiring import PageOpener, list_source, open_watcher, page_opener, utc_now
from cameras.errors import FleetStopped
from cameras.service import Notifier, logs
from cameras.state import CameraMemory, FolderDocuments, RunLock, open_memory, sole_run
from cameras.watch import Fleet, LiveList, Roster, open_roster
from config import Config

NO_LOCK = RunLock()

log = logging.getLogger(__name__)


async def main(_arguments: Namespace, config: Config, notifier: Notifier) -> NoReturn:
    for number in (signal.SIGHUP, signal.SIGUSR1):  # until `background` handles them
        signal.signal(number, signal.SIG_IGN)
    logs.set_up(config.log_level, config.log_file, journal_stream=config.journal_stream)
    log.info("%s", versions())
    for warning in config.warnings:
        log.warning("settings: %s", warning)
    with sole_run(config.state_directory) as lock:
        if crashed := lock.crashed:
            log.warning("the previous run ended unexpectedly at about %s UTC", f"{crashed:%Y-%m-%d %H:%M:%S}")
        await _wait(lock, config.durations.retry_later, notifier)
        async with open_memory(FolderDocuments(config.state_directory)) as memory:
            reader = ListReader(list_source(config), memory.published)
            cameras = await reader.cached() or await reader.read()
            await run(config, reader, cameras, memory, notifier, page_opener(config), config.control_folder, lock)


async def _wait(lock: RunLock, pause: float, notifier: Notifier) -> None:
    """After an error that may pass, when systemd started this run by itself.

    RestartSec= would delay the restart after a crash as well. The service is not READY meanwhile, and STATUS says why.
    """
    if notifier.address and lock.failed and (remaining := lock.wait(pause)):
        text = f"waiting {remaining:.0f} s before the next attempt; the last one: {lock.failed[1]}"
        log.info("waiting %.0f s before the next attempt; the last one: %s", remaining, lock.failed[1])
        notifier.send(f"STATUS={text}")
        await asyncio.sleep(remaining)


async def run(
    config: Config,
    reader: ListReader,
    cameras: CameraList,
    memory: CameraMemory,
    notifier: Notifier,
    open_page: PageOpener,
    control_folder: Path | None = None,
    lock: RunLock = NO_LOCK,
) -> NoReturn:
    """Keep every camera's picture fresh until cancelled; FleetStopped when every camera has stopped."""
    login_window = timedelta(seconds=config.durations.login_window)
    async with open_watcher(config, memory) as watcher, open_roster(watcher, login_window) as roster:
        await roster.apply(cameras.cameras, cameras.unconfirmed)
        recorder = watcher.recorder
        fleet = Fleet(cameras, roster.statuses, watcher.uploads, recorder.outage, config.interval, utc_now)
        recorder.metrics.registry.register(fleet)
        log.info("watching %d cameras every %g s, pictures to %s", len(cameras.cameras), config.interval, fleet.store)
        background = Background(
            list_interval=config.list_interval,
            live_list=LiveList(reader, roster, fleet),
            roster=roster,
            fleet=fleet,
            recorder=recorder,
            notifier=notifier,
            open_page=open_page,
            control_folder=control_folder,
            lock=lock,
        )
        async with running(background):
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
