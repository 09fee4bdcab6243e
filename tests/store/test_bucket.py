from datetime import UTC, datetime, timedelta, timezone

import pytest

from cameras.errors import StoreError
from cameras.storage.s3 import open_bucket
from cameras.store.bucket import BucketStore
from tests.storage.endpoint import DROP, OK, endpoint

EXPIRES = datetime(2026, 3, 5, 14, 7, 9, tzinfo=UTC)


async def test_a_picture_has_its_type_its_expiry_and_its_metadata() -> None:
    async with endpoint(OK) as there, open_bucket("s3://pictures/a", there.url) as bucket:
        store = BucketStore(bucket)
        local = EXPIRES.astimezone(timezone(timedelta(hours=-6)))
        assert await store.put("image/1.jpg", b"x", local, {"camera-id": "1", "state": "live"}) == 0
    (head,) = there.heads
    assert head.startswith(b"PUT /pictures/a/image/1.jpg HTTP/1.1\r\n")
    for line in (
        b"Content-Type: image/jpeg",
        b"Expires: Thu, 05 Mar 2026 14:07:09 GMT",
        b"x-amz-meta-camera-id: 1",
        b"x-amz-meta-state: live",
    ):
        assert line in head.split(b"\r\n")
    assert str(store) == "bucket s3://pictures/a/"


async def test_unanswered_attempts_are_reported() -> None:
    async with (
        endpoint(DROP, OK, DROP) as there,
        open_bucket("s3://pictures", there.url, pause=lambda _: 0) as bucket,
    ):
        store = BucketStore(bucket)
        assert await store.put("image/1.jpg", b"x", EXPIRES, {}) == 1
        with pytest.raises(StoreError) as caught:
            await store.put("image/1.jpg", b"x", EXPIRES, {})
    assert caught.value.unanswered == 3
