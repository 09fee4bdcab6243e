from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cameras.errors import StoreError
from cameras.store.store import open_store

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

EXPIRES = datetime(2026, 3, 5, 14, 7, 9, tzinfo=UTC)
METADATA = {"camera-id": "1", "captured-at": "2026-03-05T14:02:09+00:00", "state": "live"}


async def test_an_object_has_its_type_its_expiry_and_its_metadata(s3: "S3Client", s3_url: str, picture: bytes) -> None:
    async with open_store("s3://pictures/some/folder/", s3_url) as store:
        await store.put("image/1.jpg", picture, EXPIRES, METADATA)
    found = s3.get_object(Bucket="pictures", Key="some/folder/image/1.jpg")
    headers = found["ResponseMetadata"]["HTTPHeaders"]
    assert found["Body"].read() == picture
    assert headers["content-type"] == "image/jpeg"
    assert headers["expires"] == "Thu, 05 Mar 2026 14:07:09 GMT"
    assert found["Metadata"] == METADATA


async def test_without_a_prefix_the_name_is_the_key(s3: "S3Client", s3_url: str) -> None:
    async with open_store("s3://pictures", s3_url) as store:
        await store.put("image/1.jpg", b"x", EXPIRES, METADATA)
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket="pictures")["Contents"]] == ["image/1.jpg"]


async def test_a_missing_bucket_is_named(s3: "S3Client", s3_url: str) -> None:
    async with open_store("s3://nowhere", s3_url) as store:
        with pytest.raises(StoreError, match=r"bucket s3://nowhere/: 'NoSuchBucket'; check STORE"):
            await store.put("image/1.jpg", b"x", EXPIRES, METADATA)


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ("", "no AWS credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or wait"),
        ("credential_process = false", "AWS credentials: .*; fix that, or start again later"),
    ],
)
async def test_without_credentials_at_the_start_it_ends_and_may_be_started_again(
    config: str, sentence: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A client made without them would never look for them again, and a role's may be there a moment later."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    (tmp_path / "config").write_text(f"[default]\n{config}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    with pytest.raises(StoreError, match=sentence) as caught:
        async with open_store("s3://pictures"):
            pass
    assert caught.value.exit_status == 1
