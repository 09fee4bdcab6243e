"""Where pictures go: what a store is, and the one that a setting names."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from cameras.store.folder import FolderStore


class Store(Protocol):
    async def put(self, name: str, image: bytes, expires: datetime, metadata: Mapping[str, str]) -> None:
        """Replace the picture `name` at once and as a whole; StoreError if it cannot be done, or perhaps was not."""


@asynccontextmanager
async def open_store(url: str, endpoint_url: str | None = None) -> AsyncIterator[Store]:
    """`s3://bucket[/prefix]`, or else the path of a folder. ConfigError if AWS's own settings make no sense."""
    if not url.startswith("s3://"):
        yield FolderStore(Path(url))
        return
    from cameras.store.s3_store import (
        open_bucket,
    )  # with AWS's libraries, a third of the start, which a folder is spared

    async with open_bucket(url, endpoint_url) as store:
        yield store
