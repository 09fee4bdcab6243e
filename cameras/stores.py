"""Where pictures go: an S3 bucket, or a folder."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from cameras.daemon_thread import in_daemon_thread
from cameras.errors import StoreError
from cameras.files import write_whole

WRITERS = 4  # threads at once
WRITE_DEADLINE = 30.0  # seconds


class Store(Protocol):
    async def put(self, name: str, image: bytes, expires: datetime, metadata: Mapping[str, str]) -> None:
        """Replace the picture `name` at once and as a whole; StoreError if it cannot be done, or perhaps was not."""


class FolderStore:
    """Keeps the pictures alone: `expires` and `metadata` have no place in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._free = asyncio.Semaphore(WRITERS)
        self._writing: set[str] = set()

    def __str__(self) -> str:
        return f"folder {self.folder}"

    async def put(self, name: str, image: bytes, expires: datetime, metadata: Mapping[str, str]) -> None:  # noqa: ARG002
        if name in self._writing:
            raise StoreError(f"{self}: its last write still hangs; check its disk")
        try:
            async with asyncio.timeout(WRITE_DEADLINE):
                await self._free.acquire()
                await asyncio.shield(self._write(name, image))
        except TimeoutError as error:
            raise StoreError(f"{self}: not written within {WRITE_DEADLINE:g} s; check its disk") from error
        except OSError as error:
            raise StoreError(f"{self}: {error.strerror}; check its disk and permissions") from error

    def _write(self, name: str, image: bytes) -> "asyncio.Task[None]":
        """A write that hangs, as on a file server that is gone, keeps its turn, and its file to itself."""

        def ended(task: "asyncio.Task[None]") -> None:
            self._free.release()
            self._writing.discard(name)
            if not task.cancelled():
                task.exception()  # nobody may be left to see it

        self._writing.add(name)
        task = asyncio.ensure_future(in_daemon_thread(lambda: write_whole(self.folder / name, image), OSError))
        task.add_done_callback(ended)
        return task


@asynccontextmanager
async def open_store(url: str, endpoint_url: str | None = None) -> AsyncIterator[Store]:
    """`s3://bucket[/prefix]`, or else the path of a folder. ConfigError if AWS's own settings make no sense."""
    if not url.startswith("s3://"):
        yield FolderStore(Path(url))
        return
    from cameras.s3_store import open_bucket  # with AWS's libraries, a third of the start, which a folder is spared

    async with open_bucket(url, endpoint_url) as store:
        yield store
