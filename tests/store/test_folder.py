import asyncio
import os
import resource
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cameras.errors import StoreError
from cameras.store import FolderStore, open_store

EXPIRES = datetime(2026, 3, 5, 14, 7, 9, tzinfo=UTC)
METADATA = {"camera-id": "1", "captured-at": "2026-03-05T14:02:09+00:00", "state": "live"}


async def test_folder_holds_the_pictures_by_name(tmp_path: Path, picture: bytes) -> None:
    async with open_store(str(tmp_path / "public")) as store:
        await store.put("image/1.jpg", b"old", EXPIRES, METADATA)
        await store.put("image/1.jpg", picture, EXPIRES, METADATA)
    assert [path.name for path in (tmp_path / "public/image").iterdir()] == ["1.jpg"]
    assert (tmp_path / "public/image/1.jpg").read_bytes() == picture


async def test_readers_never_see_half_a_picture(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    pictures = [bytes([number]) * 300_000 for number in range(40)]
    await store.put("1.jpg", pictures[0], EXPIRES, METADATA)

    async def write() -> None:
        for picture in pictures:
            await store.put("1.jpg", picture, EXPIRES, METADATA)

    writing = asyncio.create_task(write())
    reads = 0
    while not writing.done():
        assert await asyncio.to_thread((tmp_path / "1.jpg").read_bytes) in pictures
        reads += 1
    assert reads > 1


async def test_hung_write_times_out_and_blocks_only_its_file(tmp_path: Path) -> None:
    """A pipe without a reader behaves like a file server that is gone."""
    store = FolderStore(tmp_path, deadline=0.2)
    os.mkfifo(tmp_path / ".1.jpg.part")
    with pytest.raises(StoreError, match="the disk does not respond; check it") as hung:
        await store.put("1.jpg", b"x", EXPIRES, METADATA)
    assert hung.value.unanswered == 1
    with pytest.raises(StoreError, match="the previous write has not finished; check its disk") as refused:
        await store.put("1.jpg", b"y", EXPIRES, METADATA)
    assert refused.value.unanswered == 0
    assert await store.put("2.jpg", b"z", EXPIRES, METADATA) == 0
    assert (tmp_path / "2.jpg").read_bytes() == b"z"
    with (tmp_path / ".1.jpg.part").open("rb") as pipe:
        assert await asyncio.to_thread(pipe.read) == b"x"


async def test_write_that_waits_for_its_place_blocks_its_file(tmp_path: Path) -> None:
    """Two writes of one file must never run at the same time, however long the first one waits before it starts."""
    store = FolderStore(tmp_path)
    waiting = asyncio.create_task(store.put("1.jpg", b"first", EXPIRES, METADATA))
    await asyncio.sleep(0)
    with pytest.raises(StoreError, match="the previous write has not finished"):
        await store.put("1.jpg", b"second", EXPIRES, METADATA)
    await waiting
    assert (tmp_path / "1.jpg").read_bytes() == b"first"


async def test_file_is_free_again_after_a_failed_write(tmp_path: Path) -> None:
    (tmp_path / "image").write_text("")
    store = FolderStore(tmp_path)
    with pytest.raises(StoreError):
        await store.put("image/1.jpg", b"x", EXPIRES, METADATA)
    (tmp_path / "image").unlink()
    await store.put("image/1.jpg", b"y", EXPIRES, METADATA)
    assert (tmp_path / "image/1.jpg").read_bytes() == b"y"


async def test_unwritable_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"folder .*/file: Not a directory; check its disk and permissions"):
        await FolderStore(tmp_path / "file").put("image/1.jpg", b"x", EXPIRES, METADATA)


async def test_deleted_folder_is_created_again(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "public")
    await store.put("image/1.jpg", b"x", EXPIRES, METADATA)
    shutil.rmtree(tmp_path / "public")
    await store.put("image/1.jpg", b"y", EXPIRES, METADATA)
    assert (tmp_path / "public/image/1.jpg").read_bytes() == b"y"


async def test_full_disk_keeps_the_old_picture_and_no_leftover(tmp_path: Path) -> None:
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
