"""Which source is used, and what is logged about rows that are skipped."""

import logging
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cameras.camera_list import Limits, ListSource, load_cameras
from cameras.camera_list.list_cache import NAME
from cameras.errors import ConfigError, DatasetError
from cameras.storage import Disk
from tests.camera_list.rows import a_source, some_rows
from tests.socrata_server import Answer, SocrataServer


@pytest.fixture
def source(socrata: SocrataServer, tmp_path: Path) -> ListSource:
    return a_source(tmp_path / "state", socrata.domain)


async def test_cameras_of_the_portal_are_loaded(socrata: SocrataServer, source: ListSource) -> None:
    socrata.rows = some_rows(2000)
    loaded = await load_cameras(source)
    assert [camera.id for camera in loaded.cameras] == [str(number) for number in range(2000)]
    assert not loaded.from_cache


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Answer(503, b""), "answered 503; try again later"),
        (Answer(200, b"[]"), "no camera rows in the answer"),
        (Answer(200, b"null"), "instead of a list of rows"),
    ],
)
async def test_unavailable_list_without_a_cached_copy_is_an_error(
    socrata: SocrataServer, source: ListSource, answer: Answer, sentence: str
) -> None:
    socrata.failure = answer
    with pytest.raises(DatasetError) as caught:
        await load_cameras(source)
    assert sentence in str(caught.value)
    assert "the camera list is unavailable and there is no cached copy" in str(caught.value)


async def test_cached_list_is_used_after_the_last_attempt(
    socrata: SocrataServer, source: ListSource, caplog: pytest.LogCaptureFixture
) -> None:
    socrata.rows = some_rows(3)
    await load_cameras(source)
    socrata.failure = Answer(503, b"")
    socrata.queries.clear()
    loaded = await load_cameras(replace(source, limits=Limits(retry_delays=(0, 0))))
    assert len(socrata.queries) == 3
    assert (len(loaded.cameras), loaded.from_cache) == (3, True)
    assert "answered 503; try again later; using the cached list from 0 s ago" in caplog.text


async def test_shrunken_list_is_not_used(
    socrata: SocrataServer, source: ListSource, caplog: pytest.LogCaptureFixture
) -> None:
    socrata.rows = some_rows(7)
    await load_cameras(source)
    socrata.rows = some_rows(3)
    loaded = await load_cameras(source)
    assert (len(loaded.cameras), loaded.from_cache) == (7, True)
    assert "only 3 cameras can be watched, 7 could be before; if that is right: cctv-images reload" in caplog.text


@pytest.mark.parametrize("column", ["camera_status", "camera_ip"])
async def test_list_that_has_lost_a_column_is_refused(
    column: str, socrata: SocrataServer, source: ListSource, caplog: pytest.LogCaptureFixture
) -> None:
    socrata.rows = some_rows(7)
    await load_cameras(source)
    for row in socrata.rows[:6]:
        del row[column]
    loaded = await load_cameras(source)
    assert (len(loaded.cameras), loaded.from_cache) == (7, True)
    assert "only 1 cameras can be watched, 7 could be before" in caplog.text


async def test_list_that_loses_some_cameras_or_is_narrowed_is_used(socrata: SocrataServer, source: ListSource) -> None:
    for count, where in ((8, "camera_mfg='Axis'"), (4, "camera_mfg='Axis'"), (1, "camera_id='0'")):
        socrata.rows = some_rows(count)
        loaded = await load_cameras(replace(source, portal=replace(source.portal, where=where)))
        assert (len(loaded.cameras), loaded.from_cache) == (count, False)


async def test_list_without_cameras_does_not_replace_the_cached_one(socrata: SocrataServer, source: ListSource) -> None:
    socrata.rows = some_rows(1)
    await load_cameras(source)
    cached = (source.cache_folder / NAME).read_bytes()
    with pytest.raises(ConfigError, match="no camera to watch"):
        await load_cameras(replace(source, address_column="none"))
    assert (source.cache_folder / NAME).read_bytes() == cached


async def test_skipped_rows_are_logged_with_ids_without_addresses(
    socrata: SocrataServer, source: ListSource, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.INFO, "cameras")
    socrata.rows = [*some_rows(1), {**some_rows(1)[0], "camera_id": "5", "camera_ip": "10.66.0.999"}]
    (tmp_path / "a.csv").write_text("camera_id,address\n77,10.0.0.7\n")
    await load_cameras(replace(source, addresses_file=tmp_path / "a.csv"))
    assert "skipped 1 cameras, bad address in camera_ip: 5" in caplog.text
    assert "in CAMERA_ADDRESSES, but not in the camera list: 77" in caplog.text
    assert "10.66.0.999" not in caplog.text


async def test_both_sources_of_addresses_are_named_if_there_is_none(socrata: SocrataServer, source: ListSource) -> None:
    socrata.rows = [{"camera_id": "1", "camera_status": "TURNED_ON", "camera_mfg": "Axis"}]
    with pytest.raises(
        ConfigError, match=r"1 with no address.*CAMERA_ADDRESSES.*SOCRATA_ADDRESS_FIELD \(now camera_ip"
    ):
        await load_cameras(source)


async def test_list_of_only_bad_rows_says_what_to_fix(socrata: SocrataServer, source: ListSource) -> None:
    socrata.rows = [{"camera_id": "1", "camera_status": "TURNED_ON", "camera_mfg": "Axis", "camera_ip": "10.66.0.999"}]
    with pytest.raises(ConfigError, match=r"1 with bad address in camera_ip.*fix these in the camera list"):
        await load_cameras(source)


async def test_private_csv_without_any_listed_camera_is_named(
    socrata: SocrataServer, source: ListSource, tmp_path: Path
) -> None:
    socrata.rows = [{"camera_id": "1", "camera_status": "TURNED_ON", "camera_mfg": "Axis"}]
    (tmp_path / "others.csv").write_text("camera_id,address\n2,10.1.2.3\n")
    with pytest.raises(ConfigError, match=r"CAMERA_ADDRESSES=\S+others\.csv has none for these"):
        await load_cameras(replace(source, addresses_file=tmp_path / "others.csv"))


async def test_unreadable_private_csv_is_named(source: ListSource, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"CAMERA_ADDRESSES=\S+none\.csv: No such file or directory; check the path"):
        await load_cameras(replace(source, addresses_file=tmp_path / "none.csv"))


@pytest.mark.parametrize(("field", "setting"), [("addresses_file", "CAMERA_ADDRESSES"), ("export_file", "CAMERA_LIST")])
async def test_hung_disk_is_an_error(field: str, setting: str, tmp_path: Path) -> None:
    """A pipe without a writer behaves like a file server that is gone."""
    os.mkfifo(tmp_path / "pipe.csv")
    files: dict[str, Any] = {field: tmp_path / "pipe.csv"}
    source = a_source(tmp_path / "state", disk=Disk(at_once=1, deadline=0.2), **files)
    with pytest.raises(DatasetError, match=rf"{setting}=\S+pipe\.csv: the disk does not respond; check it"):
        await load_cameras(source)
    (tmp_path / "pipe.csv").open("w").close()
