"""What is remembered about each camera across restarts.

When it was last live, its rejected logins, and whether the store may show a picture of it.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cameras.camera import ID, Login
from cameras.errors import DocumentChanged, StateUnavailable
from cameras.state.document import Document
from cameras.state.documents import Documents
from cameras.state.login_digest import LoginDigests

NAME, VERSION = "cameras", 1
MAX_REJECTIONS = 20  # remembered for each camera; MAX_LOGIN_FAILURES may be higher, but no account allows so many
STOP_DEADLINE = 3.0  # seconds for the last write

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Remembered:
    """One camera."""

    last_live: datetime | None = None  # UTC
    published: bool = False  # the store has had a picture under this id that is not known to be the placeholder
    rejections: list[datetime] = field(default_factory=list)  # UTC; in a row, oldest first
    login: str = ""  # digest of the login that was rejected


class CameraMemory:
    """Entries by camera id. Whoever changes one calls `changed`, or awaits `save` if it must be stored first."""

    def __init__(self, document: Document, salt: str = "", entries: dict[str, Remembered] | None = None) -> None:
        self.digests = LoginDigests(salt)
        self._document = document
        self._entries = entries or {}
        self._dirty = False
        self._saving = asyncio.Lock()
        self._failing = False

    def __getitem__(self, id: str) -> Remembered:
        return self._entries.setdefault(id, Remembered())

    def ids(self) -> Iterable[str]:
        return list(self._entries)

    def forget(self, id: str) -> None:
        self._dirty |= self._entries.pop(id, None) is not None

    def changed(self) -> None:
        self._dirty = True

    async def rejections(self, id: str, login: Login | None, since: datetime) -> tuple[int, int]:
        """How often the camera has rejected exactly this login in a row: in all, and since `since`."""
        remembered = self._entries.get(id)
        if not (login and remembered and remembered.rejections):
            return 0, 0
        if await self.digests.digest(login) != remembered.login:
            return 0, 0
        return len(remembered.rejections), sum(at >= since for at in remembered.rejections)

    async def add_rejection(self, id: str, login: Login, at: datetime) -> None:
        """Stored when this returns, as far as it can be."""
        digest = await self.digests.digest(login)
        entry = self[id]
        if entry.login != digest:
            entry.login, entry.rejections = digest, []
        entry.rejections = [*entry.rejections, at][-MAX_REJECTIONS:]
        self._dirty = True
        await self.save()

    def clear_rejections(self, id: str) -> None:
        if (entry := self._entries.get(id)) and entry.rejections:
            entry.rejections, entry.login = [], ""
            self._dirty = True

    async def save(self) -> None:
        """Write all that has changed; callers at the same time share a write. An outage is logged once."""
        async with self._saving:
            if not self._dirty:
                return
            self._dirty = False
            try:
                await self._document.write(self._content())
            except (StateUnavailable, DocumentChanged) as error:
                self._dirty = True
                if not self._failing:
                    log.warning("state: %s; cameras continue, but a restart will not know what changed since", error)
                self._failing = True
                if isinstance(error, DocumentChanged):  # ours is newer: this process is the only one that runs
                    with suppress(StateUnavailable):
                        await self._document.read_or_set_aside()
            else:
                if self._failing:
                    log.info("state: saved again")
                self._failing = False

    async def save_regularly(self, interval: float = 300.0, sleep: Callable[[float], Any] = asyncio.sleep) -> None:
        """Save at least every `interval` seconds, until cancelled."""
        while True:
            await sleep(interval)
            await self.save()

    def _content(self) -> dict[str, Any]:
        return {"salt": self.digests.salt, "cameras": {id: _to_json(entry) for id, entry in self._entries.items()}}


@asynccontextmanager
async def open_memory(documents: Documents) -> AsyncIterator[CameraMemory]:
    """Loaded from the document `cameras`; saved once more at the end, within a few seconds."""
    document = Document(documents, NAME, VERSION)
    content = await document.read_or_set_aside() or {}
    memory = CameraMemory(document, str(content.get("salt", "")), _from_json(content.get("cameras")))
    try:
        yield memory
    finally:
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_DEADLINE):
                await memory.save()


def _to_json(entry: Remembered) -> dict[str, Any]:
    """Only what is set: most entries are a single time."""
    stored: dict[str, Any] = {}
    if entry.last_live:
        stored["last_live"] = entry.last_live.isoformat(timespec="seconds")
    if entry.published:
        stored["published"] = True
    if entry.rejections:
        stored["login"] = entry.login
        stored["rejections"] = [at.isoformat(timespec="seconds") for at in entry.rejections]
    return stored


def _from_json(stored: object) -> dict[str, Remembered]:
    """What is not of the expected shape is dropped: this is a memory, not a record."""
    entries: dict[str, Remembered] = {}
    for id, each in stored.items() if isinstance(stored, dict) else ():
        if ID.fullmatch(id) and isinstance(each, dict):
            times = each.get("rejections")
            entries[id] = Remembered(
                last_live=_time(each.get("last_live")),
                published=each.get("published") is True,
                rejections=[at for at in map(_time, times if isinstance(times, list) else []) if at],
                login=str(each.get("login", "")),
            )
    return entries


def _time(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except ValueError:
        return None
