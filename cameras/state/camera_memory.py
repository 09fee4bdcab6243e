"""What is remembered about each camera across restarts.

When it was last live, its rejected logins, and whether the store may show a picture of it.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from cameras.camera import ID, Login
from cameras.errors import DocumentChanged, StateError
from cameras.state.document import Document
from cameras.state.documents import Documents
from cameras.state.login_digest import LoginDigests

NAME, VERSION = "cameras", 1
MAX_REJECTIONS = 20  # remembered for each camera; MAX_LOGIN_FAILURES may be higher, but no account allows so many
STOP_DEADLINE = 3.0  # seconds for the last write
RETRY_INTERVAL = 60.0  # seconds after a failed write: a disk that hangs must not delay every picture

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Remembered:
    """One camera."""

    last_live: datetime | None = None  # UTC
    published: bool = False  # the store has had a picture under this id that is not known to be the placeholder
    rejections: list[datetime] = field(default_factory=list)  # UTC; in a row, oldest first
    login: str = ""  # digest of the login that was rejected


class CameraMemory:
    """Entries by camera id. Without a document nothing is stored."""

    def __init__(
        self,
        document: Document | None = None,
        salt: str = "",
        entries: dict[str, Remembered] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.digests = LoginDigests(salt)
        self._document = document
        self._entries = entries or {}
        self._clock = clock
        self._dirty = False
        self._saving = asyncio.Lock()
        self._retry_at: float | None = None  # while writes fail: when the next one may be tried

    def __getitem__(self, id: str) -> Remembered:
        return self._entries.setdefault(id, Remembered())

    def published(self) -> set[str]:
        """The ids under which the store may show a live picture."""
        return {id for id, entry in self._entries.items() if entry.published}

    def forget(self, id: str) -> None:
        self._dirty |= self._entries.pop(id, None) is not None

    async def rejections(self, id: str, login: Login | None) -> list[datetime]:
        """When the camera rejected exactly this login, in a row, oldest first."""
        remembered = self._entries.get(id)
        if not (login and remembered and remembered.rejections):
            return []
        return remembered.rejections if await self.digests.digest(login) == remembered.login else []

    async def add_rejection(self, id: str, login: Login, at: datetime) -> None:
        """Stored when this returns, as far as it can be."""
        await self.add_rejected_digest(id, await self.digests.digest(login), at)

    async def add_rejected_digest(self, id: str, digest: str, at: datetime) -> None:
        """As `add_rejection`, for a login of which only the digest is known."""
        entry = self[id]
        if entry.login != digest:
            entry.login, entry.rejections = digest, []
        entry.rejections = [*entry.rejections, at][-MAX_REJECTIONS:]
        self._dirty = True
        await self.save()

    async def publish(self, id: str) -> None:
        """The store is about to get a live picture under this id: stored when this returns, as far as it can be."""
        if not (entry := self[id]).published:
            entry.published = self._dirty = True
            await self.save()

    def record_live(self, id: str, at: datetime) -> None:
        self[id].last_live = at
        self._dirty = True

    def clear_rejections(self, id: str) -> None:
        if (entry := self._entries.get(id)) and entry.rejections:
            entry.rejections, entry.login = [], ""
            self._dirty = True

    async def save(self) -> None:
        """Write all that has changed; callers at the same time share a write. An outage is logged once."""
        async with self._saving:
            if not (self._dirty and self._document) or self._clock() < (self._retry_at or 0.0):
                return
            self._dirty = False
            try:
                await self._write(self._document)
            except StateError as error:
                self._dirty = True
                if self._retry_at is None:
                    log.warning("state: %s; cameras continue, but a restart will not know what changed since", error)
                self._retry_at = self._clock() + RETRY_INTERVAL
            else:
                if self._retry_at is not None:
                    log.info("state: saved again")
                self._retry_at = None

    async def _write(self, document: Document) -> None:
        """This process is the only one that runs: what another one wrote meanwhile is older."""
        try:
            await document.write(self._content())
        except DocumentChanged:
            await document.read_or_set_aside()
            await document.write(self._content())

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
