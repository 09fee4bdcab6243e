"""The portal's last good list, on disk."""

import asyncio
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cameras.camera_list import ListSource, Portal
from cameras.camera_list.list_cache import NAME, load, save
from cameras.camera_list.source import Listing
from cameras.storage import Disk
from tests.camera_list.rows import a_source, some_rows

SAVED = datetime(2026, 11, 22, 10, tzinfo=UTC)
LISTING = Listing(some_rows(2), SAVED)


@pytest.fixture
def source(tmp_path: Path) -> ListSource:
    return a_source(tmp_path / "state")


async def test_saved_list_is_loaded_again(source: ListSource) -> None:
    await save(LISTING, source)
    assert await load(source) == replace(LISTING, from_cache=True)


async def test_cached_list_is_for_the_services_user_alone(source: ListSource) -> None:
    await save(LISTING, source)
    assert (source.cache_folder / NAME).stat().st_mode & 0o777 == 0o600


async def test_missing_cache_is_no_warning(source: ListSource, caplog: pytest.LogCaptureFixture) -> None:
    assert await load(source) is None
    assert caplog.text == ""


@pytest.mark.parametrize(
    "portal",
    [
        Portal("example.org", "b4k4-adkb", "camera_status='TURNED_ON'"),
        Portal("localhost:1", "aaaa-bbbb", "camera_status='TURNED_ON'"),
        Portal("localhost:1", "b4k4-adkb", "camera_id='1'"),
    ],
)
async def test_cached_list_of_other_rows_is_not_used(source: ListSource, portal: Portal) -> None:
    await save(LISTING, source)
    assert await load(replace(source, portal=portal)) is None


async def test_cached_list_outlives_a_new_password(source: ListSource) -> None:
    await save(LISTING, source)
    assert await load(replace(source, portal=replace(source.portal, app_token="x", login=("a", "b"))))


@pytest.mark.parametrize("content", ["", '{"source": ', "[" * 100_000, "[]", "{}", '"\xe9"'])
async def test_invalid_cache_is_a_warning_and_not_used(
    content: str, source: ListSource, caplog: pytest.LogCaptureFixture
) -> None:
    source.cache_folder.mkdir()
    (source.cache_folder / NAME).write_text(content, encoding="latin-1")
    assert await load(source) is None
    assert f"the cached list in {source.cache_folder} cannot be read (" in caplog.text


async def test_cached_row_that_is_not_an_object_is_a_warning(
    source: ListSource, caplog: pytest.LogCaptureFixture
) -> None:
    await save(LISTING, source)
    with (source.cache_folder / NAME).open("a") as file:
        file.write("\n[1]")
    assert await load(source) is None
    assert "cannot be read (" in caplog.text


async def test_time_without_a_zone_is_accepted(source: ListSource) -> None:
    await save(LISTING, source)
    file = source.cache_folder / NAME
    file.write_text(file.read_text().replace("+00:00", "", 1))
    listing = await load(source)
    assert listing
    assert listing.saved.tzinfo


async def test_unwritable_folder_is_a_warning(
    source: ListSource, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    await save(LISTING, replace(source, cache_folder=tmp_path / "file"))
    assert "cannot be cached in" in caplog.text
    assert "set STATE_DIRECTORY to a writable folder" in caplog.text


async def test_hung_disk_is_a_warning(source: ListSource, caplog: pytest.LogCaptureFixture) -> None:
    """A pipe without another end behaves like a file server that is gone."""
    source = replace(source, disk=Disk(at_once=2, deadline=0.2))
    source.cache_folder.mkdir()
    cached, written = source.cache_folder / NAME, source.cache_folder / f".{NAME}.part"
    os.mkfifo(cached)
    os.mkfifo(written)
    assert await load(source) is None
    await save(LISTING, source)
    assert "cannot be read (the disk does not respond)" in caplog.text
    assert "cannot be cached in" in caplog.text
    cached.open("w").close()
    with written.open("rb") as pipe:
        assert await asyncio.to_thread(pipe.read)
