"""The camera list while the service runs: read again, and applied to the fleet."""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import NamedTuple

from cameras.camera_list import ListReader
from cameras.errors import ConfigError, DatasetError
from cameras.watch.fleet import Fleet
from cameras.watch.roster import Roster

log = logging.getLogger(__name__)


class Reloaded(NamedTuple):
    """What a reload did."""

    cameras: int  # that are watched now
    change: str  # `2 added: 7, 9`, or `nothing changed`
    problems: list[str]  # why the list or one of the private files could not be read, or which of its lines


@dataclass
class LiveList:
    """One reload at a time. A list that cannot be read changes nothing, but what the private files hide is hidden."""

    reader: ListReader
    roster: Roster
    fleet: Fleet
    _reloading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def reload(self, by_hand: bool = False, accept_shrunken: bool = False) -> Reloaded:
        """`by_hand` and `accept_shrunken` as for ListReader.read."""
        async with self._reloading:
            try:
                cameras = await self.reader.read(by_hand, accept_shrunken)
            except (ConfigError, DatasetError) as error:  # only while no list is in use
                log.error("camera list: %s", error)
                return Reloaded(len(self.fleet.by_id), "nothing changed", [str(error)])
            change = await self.roster.apply(cameras.cameras, cameras.unconfirmed)
            self.fleet.camera_list = cameras
            if change or by_hand:
                log.info("camera list: %d cameras, %s", len(cameras.cameras), change)
            return Reloaded(len(cameras.cameras), str(change), cameras.problems)
