"""A folder as the store."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from cameras.errors import StoreError
from cameras.storage import Disk, write_atomically

MAX_WRITES = 4  # at a time
MAX_READS = 4


class FolderStore:
    """Stores only the pictures, without `expires` and `metadata`. `deadline`, in seconds, is for one read or write."""

    def __init__(self, folder: Path, deadline: float = 30.0) -> None:
        self.folder = folder
        self._writes, self._reads = Disk(MAX_WRITES, deadline), Disk(MAX_READS, deadline)
        self._being_written: set[str] = set()

    def __str__(self) -> str:
        return f"folder {self.folder}"

    async def put(self, name: str, content: bytes, expires: datetime, metadata: Mapping[str, str]) -> int:  # noqa: ARG002
        """As Store.put. While a write of `name` has not finished, another one fails at once."""
        if name in self._being_written:
            raise StoreError(f"{self}: the previous write has not finished; check its disk")
        self._being_written.add(name)
        with self._as_store_error(name):
            await self._writes.call(
                lambda: write_atomically(self.folder / name, content), partial(self._being_written.discard, name)
            )
        return 0

    async def read(self, name: str) -> tuple[bytes, datetime] | None:
        """The picture `name` and when it was put, or None if there is none; StoreError if it cannot be read."""
        path = self.folder / name

        def read() -> tuple[bytes, datetime] | None:
            return (path.read_bytes(), datetime.fromtimestamp(path.stat().st_mtime, UTC)) if path.exists() else None

        with self._as_store_error():
            return await self._reads.call(read)

    @contextmanager
    def _as_store_error(self, written: str = "") -> Iterator[None]:
        """Turn what `Disk.call` raises into a StoreError. A write of `written` that has not ended is unanswered."""
        try:
            yield
        except TimeoutError as error:
            unanswered = int(written in self._being_written)
            raise StoreError(f"{self}: the disk does not respond; check it", unanswered) from error
        except OSError as error:
            raise StoreError(f"{self}: {error.strerror}; check its disk and permissions") from error
