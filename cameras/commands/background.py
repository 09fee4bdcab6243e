"""What runs beside the cameras: the status page, the control socket, reloads of the camera list, reports, the state."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cameras.commands.wiring import PageOpener
from cameras.control import ControlledService, open_control
from cameras.errors import ConfigError
from cameras.service import Notifier
from cameras.state import RunLock
from cameras.watch import Fleet, LiveList, Recorder, Roster, periodic, report, status_json

log = logging.getLogger(__name__)


@dataclass
class Background:
    """Each method runs until it is cancelled. Nothing that goes wrong in one ends the cameras."""

    list_interval: float  # seconds; 0: the list is only read again by hand
    live_list: LiveList
    roster: Roster
    fleet: Fleet
    recorder: Recorder
    notifier: Notifier
    open_page: PageOpener
    control_folder: Path | None  # None: no control socket
    lock: RunLock
    reload_by_hand: asyncio.Event = field(default_factory=asyncio.Event)

    def tasks(self) -> list[Coroutine[Any, Any, None]]:
        return [
            self.serve_page(),
            self.serve_control(),
            self.reload_list(),
            self.log_summaries(),
            self.notifier.run(self.fleet.status_line),
            self.recorder.memory.save_regularly(),
            self.lock.heartbeat(),
        ]

    async def serve_page(self) -> None:
        await self._serve("status page", lambda: self.open_page(self.fleet, self.recorder.metrics.registry))

    async def serve_control(self) -> None:
        if folder := self.control_folder:
            service = ControlledService(self.fleet, self.roster, self.live_list)
            await self._serve("control socket", lambda: open_control(folder, service))

    async def _serve(self, what: str, open: Callable[[], AbstractAsyncContextManager[object]]) -> None:
        """What cannot listen, because of a port conflict say, is tried again each interval."""
        reported = ""
        while True:
            try:
                async with open():
                    await asyncio.Event().wait()
            except ConfigError as error:
                if str(error) != reported:
                    log.warning("no %s: %s", what, error)
                reported = str(error)
            await asyncio.sleep(self.fleet.interval)

    async def reload_list(self) -> None:
        """Read the list at once if it came from the cache, every `list_interval` seconds, and on SIGHUP."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self.reload_by_hand.set)
        if self.fleet.camera_list.from_cache:
            await self.live_list.reload()
        while True:
            by_hand = await self._wait_for_reload()
            self.reload_by_hand.clear()
            await self.live_list.reload(by_hand)

    async def log_summaries(self) -> None:
        """Once per interval; a full report on SIGUSR1."""
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, self.log_report)
        async for _ in periodic(self.fleet.interval, slot=self.fleet.interval):
            self.recorder.transitions.tick()
            self.recorder.outage.tick()
            log.info("%s", self.fleet.summary())

    def log_report(self) -> None:
        for line in report(status_json(self.fleet)):
            log.info("status: %s", line)

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
