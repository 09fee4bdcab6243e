"""What runs beside the cameras: the status page, reloads of the camera list, reports, and saving the state."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from cameras.camera_list import ListReader
from cameras.commands.wiring import PageOpener
from cameras.errors import ConfigError, DatasetError
from cameras.service import Notifier
from cameras.watch import Fleet, Recorder, Roster, periodic

log = logging.getLogger(__name__)


@dataclass
class Background:
    """Each method runs until it is cancelled. Nothing that goes wrong in one ends the cameras."""

    list_interval: float  # seconds; 0: the list is only read again by hand
    reader: ListReader
    roster: Roster
    fleet: Fleet
    recorder: Recorder
    notifier: Notifier
    open_page: PageOpener
    reload_by_hand: asyncio.Event = field(default_factory=asyncio.Event)

    def tasks(self) -> list[Coroutine[Any, Any, None]]:
        return [
            self.serve_page(),
            self.reload_list(),
            self.log_summaries(),
            self.notifier.run(self.fleet.status_line),
            self.recorder.memory.save_regularly(),
        ]

    async def serve_page(self) -> None:
        """A page that cannot listen, because of a port conflict say, is tried again each interval."""
        reported = ""
        while True:
            try:
                async with self.open_page(self.fleet, self.recorder.metrics.registry):
                    await asyncio.Event().wait()
            except ConfigError as error:
                if str(error) != reported:
                    log.warning("no status page: %s", error)
                reported = str(error)
            await asyncio.sleep(self.fleet.interval)

    async def reload_list(self) -> None:
        """Read the list at once if it came from the cache, every `list_interval` seconds, and on SIGHUP."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self.reload_by_hand.set)
        if self.fleet.camera_list.from_cache:
            await self.reload(by_hand=False)
        while True:
            by_hand = await self._wait_for_reload()
            self.reload_by_hand.clear()
            await self.reload(by_hand)

    async def reload(self, by_hand: bool) -> None:
        try:
            cameras = await self.reader.read(by_hand)
        except (ConfigError, DatasetError) as error:  # only while no list is in use
            log.error("camera list: %s", error)
            return
        change = await self.roster.apply(cameras.cameras, cameras.unconfirmed)
        self.fleet.camera_list = cameras
        if change or by_hand:
            log.info("camera list: %d cameras, %s", len(cameras.cameras), change)

    async def log_summaries(self) -> None:
        async for _ in periodic(self.fleet.interval, slot=self.fleet.interval):
            self.recorder.transitions.tick()
            self.recorder.outage.tick()
            log.info("%s", self.fleet.summary())

    async def _wait_for_reload(self) -> bool:
        """Whether it is by hand."""
        try:
            async with asyncio.timeout(self.list_interval or None):
                await self.reload_by_hand.wait()
        except TimeoutError:
            return False
        return True


@asynccontextmanager
async def running(background: Background) -> AsyncIterator[None]:
    """Its tasks run while the context is open."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work) for work in background.tasks()]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
