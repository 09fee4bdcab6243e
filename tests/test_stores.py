import asyncio
import os
import resource
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cameras import disk
from cameras.errors import StoreError
from cameras.stores import FolderStore, open_store

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
        ("credential_process = false", "AWS credentials: .*; mend that, or start again later"),
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


async def test_a_write_that_hangs_is_left_at_the_deadline_and_keeps_its_file_to_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipe that nobody reads stands for a file server that is gone."""
    monkeypatch.setattr(disk, "DEADLINE", 0.2)
    store = FolderStore(tmp_path)
    os.mkfifo(tmp_path / ".1.jpg.part")
    with pytest.raises(StoreError, match="its disk hangs; check it") as caught:
        await store.put("1.jpg", b"x", EXPIRES, METADATA)
    assert caught.value.unanswered == 1
    with pytest.raises(StoreError, match="its last write still hangs; check its disk"):
        await store.put("1.jpg", b"y", EXPIRES, METADATA)
    await store.put("2.jpg", b"z", EXPIRES, METADATA)
    assert (tmp_path / "2.jpg").read_bytes() == b"z"
    with (tmp_path / ".1.jpg.part").open("rb") as pipe:
        assert await asyncio.to_thread(pipe.read) == b"x"


async def test_a_folder_holds_the_pictures_by_name(tmp_path: Path, picture: bytes) -> None:
    async with open_store(str(tmp_path / "public")) as store:
        await store.put("image/1.jpg", b"old", EXPIRES, METADATA)
        await store.put("image/1.jpg", picture, EXPIRES, METADATA)
    assert [path.name for path in (tmp_path / "public/image").iterdir()] == ["1.jpg"]
    assert (tmp_path / "public/image/1.jpg").read_bytes() == picture


async def test_a_reader_never_sees_half_a_picture(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    pictures = [bytes([number]) * 300_000 for number in range(40)]
    await store.put("1.jpg", pictures[0], EXPIRES, METADATA)

    async def write() -> None:
        for each in pictures:
            await store.put("1.jpg", each, EXPIRES, METADATA)

    writing = asyncio.create_task(write())
    seen = 0
    while not writing.done():
        assert await asyncio.to_thread((tmp_path / "1.jpg").read_bytes) in pictures
        seen += 1
    assert seen > 1


async def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"folder .*/file: Not a directory; check its disk and permissions"):
        await FolderStore(tmp_path / "file").put("image/1.jpg", b"x", EXPIRES, METADATA)


async def test_a_folder_that_is_deleted_meanwhile_is_made_anew(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "public")
    await store.put("image/1.jpg", b"x", EXPIRES, METADATA)
    shutil.rmtree(tmp_path / "public")
    await store.put("image/1.jpg", b"y", EXPIRES, METADATA)
    assert (tmp_path / "public/image/1.jpg").read_bytes() == b"y"


async def test_a_full_disk_keeps_the_old_picture_and_leaves_no_rest(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    await store.put("1.jpg", b"old", EXPIRES, METADATA)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(StoreError, match="File too large; check its disk"):
            await store.put("1.jpg", b"x" * 100_000, EXPIRES, METADATA)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert sorted(tmp_path.glob("**/*")) == [tmp_path / "1.jpg"]
    assert (tmp_path / "1.jpg").read_bytes() == b"old"
