"""A folder as the store."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from cameras.errors import StoreError
from cameras.storage.disk import Disk
from cameras.storage.files import write_atomically

WRITERS = 4  # at once
READERS = 4


class FolderStore:
    """Keeps the pictures alone: `expires` and `metadata` have no place in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._writers, self._readers = Disk(WRITERS), Disk(READERS)
        self._writing: set[str] = set()

    def __str__(self) -> str:
        return f"folder {self.folder}"

    async def put(self, name: str, image: bytes, expires: datetime, metadata: Mapping[str, str]) -> None:  # noqa: ARG002
        """A write that hangs keeps its file to itself."""
        if name in self._writing:
            raise StoreError(f"{self}: its last write still hangs; check its disk")

        def write() -> None:
            self._writing.add(name)
            try:
                write_atomically(self.folder / name, image)
            finally:
                self._writing.discard(name)

        with self._as_store_error():
            await self._writers.call(write)

    async def read(self, name: str) -> tuple[bytes, datetime] | None:
        """The picture `name` and when it was put, if there is one; StoreError if it cannot be read."""
        path = self.folder / name

        def read() -> tuple[bytes, datetime] | None:
            return (path.read_bytes(), datetime.fromtimestamp(path.stat().st_mtime, UTC)) if path.exists() else None

        with self._as_store_error():
            return await self._readers.call(read)

    @contextmanager
    def _as_store_error(self) -> Iterator[None]:
        """What the disk does, told as a StoreError."""
        try:
            yield
        except TimeoutError as error:
            raise StoreError(f"{self}: its disk hangs; check it") from error
        except OSError as error:
            raise StoreError(f"{self}: {error.strerror}; check its disk and permissions") from error
