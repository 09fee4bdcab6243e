"""Where pictures go: an S3 bucket, or a folder."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from cameras.disk import Disk
from cameras.errors import StoreError
from cameras.files import write_whole

WRITERS = 4  # at once
READERS = 4


class Store(Protocol):
    async def put(self, name: str, content: bytes, expires: datetime, metadata: Mapping[str, str]) -> int:
        """Replace the picture `name` at once and as a whole; StoreError if it cannot be done, or perhaps was not.

        Returns how many of its attempts were sent and not answered: the store may still apply them, over what was put
        after them. The error's `unanswered` says the same.
        """


class FolderStore:
    """Keeps the pictures alone: `expires` and `metadata` have no place in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._writers, self._readers = Disk(WRITERS), Disk(READERS)
        self._writing: set[str] = set()

    def __str__(self) -> str:
        return f"folder {self.folder}"

    async def put(self, name: str, content: bytes, expires: datetime, metadata: Mapping[str, str]) -> int:  # noqa: ARG002
        """A write that hangs keeps its file to itself."""
        if name in self._writing:
            raise StoreError(f"{self}: its last write still hangs; check its disk")

        def write() -> None:
            self._writing.add(name)
            try:
                write_whole(self.folder / name, content)
            finally:
                self._writing.discard(name)

        with self._told(unanswered=1):  # it may still end
            await self._writers.call(write)
        return 0

    async def read(self, name: str) -> tuple[bytes, datetime] | None:
        """The picture `name` and when it was put, if there is one; StoreError if it cannot be read."""
        path = self.folder / name

        def read() -> tuple[bytes, datetime] | None:
            return (path.read_bytes(), datetime.fromtimestamp(path.stat().st_mtime, UTC)) if path.exists() else None

        with self._told():
            return await self._readers.call(read)

    @contextmanager
    def _told(self, unanswered: int = 0) -> Iterator[None]:
        """What the disk does, told as a StoreError; `unanswered` is that of a disk that hangs."""
        try:
            yield
        except TimeoutError as error:
            raise StoreError(f"{self}: its disk hangs; check it", unanswered) from error
        except OSError as error:
            raise StoreError(f"{self}: {error.strerror}; check its disk and permissions") from error


@asynccontextmanager
async def open_store(url: str, endpoint_url: str | None = None, put_deadline: float = 30.0) -> AsyncIterator[Store]:
    """`s3://bucket[/prefix]`, or else the path of a folder. ConfigError if AWS's own settings make no sense.
    `put_deadline`, in seconds, is that of a bucket: for a put with its repetitions."""
    if not url.startswith("s3://"):
        yield FolderStore(Path(url))
        return
    from cameras.storage.s3 import open_bucket  # with AWS's libraries, a third of the start, which a folder is spared
    from cameras.store.bucket import BucketStore

    async with open_bucket(url, endpoint_url, deadline=put_deadline) as bucket:
        yield BucketStore(bucket)
