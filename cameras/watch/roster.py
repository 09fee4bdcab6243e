"""The fleet as it changes: one endless task per camera of the list, and one per camera that may no longer be shown."""

import asyncio
import heapq
import logging
from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

from cameras.camera import Address, Camera
from cameras.text import shortened
from cameras.watch.recall import LOGIN_WINDOW, recall
from cameras.watch.status import Status
from cameras.watch.ticks import Tick, camera_ticks
from cameras.watch.watcher import Watcher

MAX_LISTED_IDS = 50  # in a log line
NOWHERE = Address("0.0.0.0")  # noqa: S104  of a camera that is no longer on the list: it is never contacted

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Change:
    """What a new list changed: camera ids, in the list's order."""

    added: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)  # start over
    moved: list[str] = field(default_factory=list)  # of the changed ones, those with another address

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    def __str__(self) -> str:
        """`2 added: 7, 9; 1 changed: 12 (new address: 12)`, or `nothing changed`."""
        parts = [f"{len(ids)} {what}: {shortened(ids, MAX_LISTED_IDS)}" for what, ids in self._groups() if ids]
        return "; ".join(parts) or "nothing changed"

    def _groups(self) -> list[tuple[str, list[str]]]:
        return [
            ("added", self.added),
            ("removed", self.removed),
            ("changed", self.changed),
            ("with a new address", self.moved),
        ]


class Roster:
    """Starts and ends the watcher's tasks. A change affects only the cameras concerned: the others keep their slots,
    counts and history."""

    def __init__(self, watcher: Watcher, tasks: asyncio.TaskGroup, login_window: timedelta = LOGIN_WINDOW) -> None:
        self.watcher = watcher
        self.statuses: dict[str, Status] = {}  # by camera id
        self.login_window = login_window
        self.all_stopped = asyncio.Event()
        self._group = tasks
        self._origin = asyncio.get_running_loop().time()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._retired: dict[str, asyncio.Task[None]] = {}  # cameras that may no longer be shown
        self._numbers: dict[str, int] = {}
        self._free_numbers: list[int] = []
        self._changing = asyncio.Lock()

    async def apply(self, cameras: Iterable[Camera], unconfirmed: Collection[str] = ()) -> Change:
        """Make `cameras` the fleet. The pictures of all other ids are replaced by the fallback, except `unconfirmed`
        ones: those are missing from the list, perhaps by mistake."""
        async with self._changing:
            return await self._apply({camera.id: camera for camera in cameras}, unconfirmed)

    async def _apply(self, wanted: dict[str, Camera], unconfirmed: Collection[str]) -> Change:
        change = self._compare(wanted)
        await self._stop_tasks(self._tasks, [*change.removed, *change.changed])
        await self._stop_tasks(self._retired, change.added)
        for position, id in enumerate(change.removed):
            self._remove(id, position)
        for position, id in enumerate((*change.changed, *change.added)):
            await self._add(wanted[id], position)
        for id, status in self.statuses.items():
            status.camera = wanted[id]  # its place on the map may have changed
        unlisted = self.watcher.recorder.memory.published() - wanted.keys() - self._retired.keys() - set(unconfirmed)
        for position, id in enumerate(sorted(unlisted)):
            self._retire(Status(Camera(id, "", NOWHERE), uncertain_until=self._late()), position)
        self._check_all_stopped()
        return change

    def _compare(self, wanted: dict[str, Camera]) -> Change:
        known = {id: status.camera for id, status in self.statuses.items()}
        changed = [id for id, camera in wanted.items() if id in known and _differs(known[id], camera)]
        return Change(
            added=[id for id in wanted if id not in known],
            removed=[id for id in known if id not in wanted],
            changed=changed,
            moved=[id for id in changed if known[id].address != wanted[id].address],
        )

    async def _add(self, camera: Camera, position: int) -> None:
        """A camera that is new, or starts over; what the store shows of it stays known."""
        status = Status(camera)
        if before := self.statuses.get(camera.id):
            status.shown, status.shown_at = before.shown, before.shown_at
            status.last_live, status.uncertain_until = before.last_live, before.uncertain_until
        else:  # what was in flight when the process ended is unknown
            status.uncertain_until = self._late()
        await recall(status, self.watcher, self.login_window)
        self.statuses[camera.id] = status
        self._start(status, position)

    async def revive(self, ids: Iterable[str]) -> dict[str, asyncio.Event]:
        """Try these cameras now, in a ramp; each event is set once its camera was tried. Unknown ids are left out.

        A camera that rejected its login gets a single attempt, because the next rejection may lock its account.
        """
        async with self._changing:
            statuses = [self.statuses[id] for id in dict.fromkeys(ids) if id in self.statuses]
            tried = {status.camera.id: asyncio.Event() for status in statuses}
            await self._stop_tasks(self._tasks, tried)
            for position, status in enumerate(statuses):
                status.stopped, status.locked_until = False, None
                status.failures = status.excused = 0
                status.login_failures = min(status.login_failures, self.watcher.max_login_failures - 1)
                self._start(status, position, tried[status.camera.id])
            self._check_all_stopped()
        return tried

    def _start(self, status: Status, position: int, tried: asyncio.Event | None = None) -> None:
        id = status.camera.id
        if id not in self._numbers:  # that of a removed camera, so that the grid stays even
            self._numbers[id] = heapq.heappop(self._free_numbers) if self._free_numbers else len(self._numbers)
        watching = self.watcher.watch(status, self._ticks(self._numbers[id], position), tried)
        self._tasks[id] = self._group.create_task(watching, name=f"camera {id}")
        self._tasks[id].add_done_callback(lambda _: self._check_all_stopped())

    def _ticks(self, number: int, position: int) -> AsyncIterator[Tick]:
        return camera_ticks(number, self.watcher.interval, position=position, origin=self._origin)

    def _late(self) -> float:
        """Until when a put that was sent before now may be applied, in the watcher's monotonic seconds."""
        return self.watcher.clock() + self.watcher.late_window

    def _remove(self, id: str, position: int) -> None:
        heapq.heappush(self._free_numbers, self._numbers.pop(id))
        status = self.statuses.pop(id)
        self.watcher.recorder.outage.forget(id)
        if id in self.watcher.recorder.memory.published():
            self._retire(status, position)
        else:
            self.watcher.recorder.memory.forget(id)

    def _retire(self, status: Status, position: int) -> None:
        id = status.camera.id
        settling = self._settle(status, self._ticks(position, position))
        self._retired[id] = self._group.create_task(settling, name=f"retired camera {id}")

    async def _settle(self, status: Status, ticks: AsyncIterator[Tick]) -> None:
        """Replace the picture of a camera that may no longer be shown, until it is certain; then forget it."""
        async for _ in ticks:
            if await self.watcher.show_fallback(status):
                break
        self.watcher.recorder.memory.forget(status.camera.id)
        del self._retired[status.camera.id]
        log.info("camera %s: no longer shown; its picture was replaced by the fallback", status.camera.id)

    async def _stop_tasks(self, tasks: dict[str, asyncio.Task[None]], ids: Iterable[str]) -> None:
        """All at once: each may take seconds, because an upload that has started is given time to finish."""
        stopping = [tasks.pop(id) for id in ids if id in tasks]
        for task in stopping:
            task.cancel()
        if stopping:
            await asyncio.wait(stopping)

    def _check_all_stopped(self) -> None:
        if self.statuses and all(status.stopped for status in self.statuses.values()):
            self.all_stopped.set()
        else:
            self.all_stopped.clear()

    def close(self) -> None:
        for task in (*self._tasks.values(), *self._retired.values()):
            task.cancel()


def _differs(known: Camera, camera: Camera) -> bool:
    """In anything but its place."""
    return replace(known, place=camera.place, longitude=camera.longitude, latitude=camera.latitude) != camera


@asynccontextmanager
async def open_roster(watcher: Watcher, login_window: timedelta = LOGIN_WINDOW) -> AsyncIterator[Roster]:
    """Every task ends with the context."""
    async with asyncio.TaskGroup() as tasks:
        roster = Roster(watcher, tasks, login_window)
        try:
            yield roster
        finally:
            roster.close()
