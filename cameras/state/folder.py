"""Documents in a folder: `NAME.json`, readable for the service's user alone."""

import fcntl
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from cameras.errors import DocumentChanged, StateUnavailable
from cameras.state.documents import Stored
from cameras.storage.disk import Disk
from cameras.storage.files import write_atomically

LOCK = ".lock"
T = TypeVar("T")


class FolderDocuments:
    """The lock file makes compare-and-swap safe between processes of this host; a crash releases it."""

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        self.folder = folder
        self._disk = disk or Disk(at_once=4)

    def __str__(self) -> str:
        return str(self.folder)

    async def read(self, name: str) -> Stored | None:
        return await self._call(lambda: _read(self._path(name)))

    async def write(self, name: str, content: bytes, expected: str | None) -> str:
        def swap() -> str | None:
            with self._locked():
                found = _read(self._path(name))
                if (found.version if found else None) != expected:
                    return None
                write_atomically(self._path(name), content, mode=0o600)
            return _version(content)

        if version := await self._call(swap):
            return version
        raise DocumentChanged(f"{self._path(name)}: changed by another process; read it again")

    async def set_aside(self, name: str) -> str:
        aside = self._path(name).with_suffix(".unreadable")
        await self._call(lambda: self._path(name).replace(aside))
        return str(aside)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    async def _call(self, call: Callable[[], T]) -> T:
        try:
            return await self._disk.call(call)
        except TimeoutError as error:
            raise StateUnavailable(f"{self.folder}: the disk does not respond; check it") from error
        except OSError as error:
            raise StateUnavailable(
                f"{self.folder}: {error.strerror}; set STATE_DIRECTORY to a folder that the service may write to"
            ) from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / LOCK).open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _read(path: Path) -> Stored | None:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    return Stored(content, _version(content))


def _version(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
