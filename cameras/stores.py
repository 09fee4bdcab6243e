"""Where pictures go: an S3 bucket, or a folder."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from cameras.errors import StoreError
from cameras.files import write_whole


class Store(Protocol):
    async def put(self, name: str, image: bytes, expires: datetime, metadata: Mapping[str, str]) -> None:
        """Replace the picture `name` at once and as a whole; StoreError if it cannot be done, or perhaps was not."""


class FolderStore:
    """Keeps the pictures alone: `expires` and `metadata` have no place in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._writers = ThreadPoolExecutor(4, "folder")  # not the default one, which slow DNS may fill

    def __str__(self) -> str:
        return f"folder {self.folder}"

    async def put(self, name: str, image: bytes, expires: datetime, metadata: Mapping[str, str]) -> None:  # noqa: ARG002
        try:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._writers, write_whole, self.folder / name, image)
        except OSError as error:
            raise StoreError(f"{self}: {error.strerror}; check its disk and permissions") from error


@asynccontextmanager
async def open_store(url: str, endpoint_url: str | None = None) -> AsyncIterator[Store]:
    """`s3://bucket[/prefix]`, or else the path of a folder. ConfigError if AWS's own settings make no sense."""
    if not url.startswith("s3://"):
        yield FolderStore(Path(url))
        return
    from cameras.s3_store import open_bucket  # with AWS's libraries, a third of the start, which a folder is spared

    async with open_bucket(url, endpoint_url) as store:
        yield store
