"""What can be asked of the running service, and what it answers."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from cameras.errors import ConfigError
from cameras.text import quoted, shortened
from cameras.watch import Fleet, LiveList, Roster, Status, StatusJson, status_json

log = logging.getLogger(__name__)


class ReloadJson(TypedDict):
    cameras: int  # that are watched now
    change: str  # what is different, for people
    problems: list[str]  # why it could not be read, or which of its lines


class RevivedJson(TypedDict):
    id: str
    make: str
    state: str  # after the attempt
    error: str | None  # why it is not live


@dataclass(frozen=True)
class ControlledService:
    """`caller` is who asks, for the log."""

    fleet: Fleet
    roster: Roster
    live_list: LiveList

    def status(self) -> StatusJson:
        return status_json(self.fleet)

    def problems(self, strict: bool) -> list[str]:
        """Why the process does not work; with `strict`, why the service is not all right."""
        stalled = self.fleet.stalled()
        return ([stalled] if stalled else []) + (self.fleet.problems() if strict else [])

    async def reload(self, accept_shrunken: bool, caller: str) -> ReloadJson:
        accepted = ", even if it has shrunk" if accept_shrunken else ""
        log.info("reload of the camera list%s, asked for by %s", accepted, caller)
        reloaded = await self.live_list.reload(by_hand=True, accept_shrunken=accept_shrunken)
        return {"cameras": reloaded.cameras, "change": reloaded.change, "problems": reloaded.problems}

    async def revive(self, ids: Sequence[str], caller: str) -> AsyncIterator[RevivedJson]:
        """Try these cameras now, all stopped ones if there are no `ids`; each result when it is there.

        ConfigError, and nothing is tried, if an id is unknown.
        """
        known = self.fleet.by_id
        if unknown := [id for id in ids if id not in known]:
            names = shortened([quoted(id) for id in unknown], 10)
            raise ConfigError(f"not on the list of cameras: {names}; nothing was tried")
        chosen = ids or [id for id, status in known.items() if status.stopped]
        if chosen:
            log.info("another try for %d cameras, asked for by %s: %s", len(chosen), caller, shortened(chosen, 50))
        tried = await self.roster.revive(chosen)
        waiting = [asyncio.ensure_future(_when(event, known[id])) for id, event in tried.items()]
        try:
            for result in asyncio.as_completed(waiting):
                yield await result
        finally:
            for task in waiting:
                task.cancel()

    async def add_rejection(self, id: str, login: str, at: datetime) -> None:
        """A probe's login was rejected by this camera; `login` is its digest."""
        if status := self.fleet.by_id.get(id):
            await self.roster.watcher.recorder.rejected_elsewhere(status, login, at)


async def _when(tried: asyncio.Event, status: Status) -> RevivedJson:
    await tried.wait()
    camera, error = status.camera, status.error
    return {"id": camera.id, "make": camera.make, "state": status.state, "error": str(error) if error else None}
