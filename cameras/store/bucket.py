"""A bucket as the store of pictures."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import formatdate

from cameras.storage.s3 import Bucket


class BucketStore:
    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket

    def __str__(self) -> str:
        return str(self.bucket)

    async def put(self, name: str, content: bytes, expires: datetime, metadata: Mapping[str, str]) -> int:
        """As Store.put."""
        headers = {"Content-Type": "image/jpeg", "Expires": formatdate(expires.timestamp(), usegmt=True)}
        return await self.bucket.put(name, content, headers | {f"x-amz-meta-{key}": metadata[key] for key in metadata})
