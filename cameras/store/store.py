"""What a store is, and the one that a setting names."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from cameras.store.folder import FolderStore


class Store(Protocol):
    """Where pictures are published. Its `str` names it in log lines and errors."""

    async def put(self, name: str, content: bytes, expires: datetime, metadata: Mapping[str, str]) -> int:
        """Replace the picture `name` atomically; StoreError if that failed, or if its outcome is unknown.

        Returns how many of its attempts were sent and not answered: the store may still apply them, over what was put
        after them. The error's `unanswered` says the same.
        """


@asynccontextmanager
async def open_store(url: str, endpoint_url: str | None = None, put_deadline: float = 30.0) -> AsyncIterator[Store]:
    """`s3://bucket[/prefix]`, or else the path of a folder. ConfigError if AWS's own settings make no sense.

    `put_deadline` is that of a bucket, in seconds: for a put with its repetitions.
    """
    if not url.startswith("s3://"):
        yield FolderStore(Path(url))
        return
    from cameras.storage.s3 import open_bucket  # AWS's libraries take a third of the start-up time
    from cameras.store.bucket import BucketStore

    async with open_bucket(url, endpoint_url, deadline=put_deadline) as bucket:
        yield BucketStore(bucket)
