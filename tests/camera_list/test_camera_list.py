"""The camera list from Socrata, from a file, and from the last good list."""

import asyncio
import json
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cameras.camera_list import socrata as socrata_module
from cameras.camera_list.camera_list import load_cameras
from cameras.camera_list.dataset import join
from cameras.errors import ConfigError, DatasetError
from config import Config
from tests.socrata_server import Answer, SocrataServer


def _rows(count: int) -> list[dict[str, Any]]:
    return [
        {"camera_id": str(number), "camera_status": "TURNED_ON", "camera_mfg": "Axis", "camera_ip": "10.0.0.1"}
        for number in range(count)
    ]


@pytest.fixture
def config(socrata: SocrataServer, tmp_path: Path) -> Config:
    return Config(socrata_domain=socrata.domain, state_directory=tmp_path / "state")


async def test_all_pages_are_read_in_a_stable_order(socrata: SocrataServer, config: Config) -> None:
    socrata.rows = [*_rows(2000), {"camera_id": "x", "camera_status": "VOID"}]
    loaded = await load_cameras(config, pauses=())
    assert [camera.id for camera in loaded.cameras] == [str(number) for number in range(2000)]
    assert [query["$offset"] for query in socrata.queries if "$offset" in query] == ["0", "1000", "2000"]
    assert {query["$order"] for query in socrata.queries} == {":id"}
    assert {query["$where"] for query in socrata.queries} == {"camera_status='TURNED_ON'"}


async def test_the_app_token_is_sent(socrata: SocrataServer, config: Config) -> None:
    socrata.rows, socrata.token = _rows(1), "t0ken"
    with pytest.raises(DatasetError, match="answered 403; check SOCRATA_APP_TOKEN"):
        await load_cameras(config, pauses=())
    assert len((await load_cameras(replace(config, socrata_app_token="t0ken"), pauses=())).cameras) == 1


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Answer(429, b"{}"), "answered 429; set SOCRATA_APP_TOKEN, or wait"),
        (Answer(500, b"[1]"), "answered 500; try again later"),
        (Answer(202, b""), "answered 202; try again later"),
        (Answer(404, b"{}"), "answered 404; check SOCRATA_DATASET"),
        (Answer(301, b""), "answered 301"),
        (Answer(200, b"<html>Maintenance</html>", "text/html"), "answered '<html>Maintenance</html>' instead of JSON"),
        (Answer(200, b"", "application/json"), "JSON that cannot be read"),
        (Answer(200, b"[]", ""), "instead of JSON"),
        (Answer(200, b'[{"camera_id": "1"'), "JSON that cannot be read"),
        (Answer(200, b"[" * 100_000), "JSON that cannot be read"),
        (Answer(200, b'{"error": true, "message": "x"}'), "instead of a list of rows"),
        (Answer(200, b"null"), "instead of a list of rows"),
        (Answer(200, b'[["camera_id"]]'), "instead of a list of rows"),
        (Answer(200, b"[]"), "no camera rows in the answer; check SOCRATA_DATASET and SOCRATA_WHERE"),
        (Answer(200, b'[{"id": "1"}]'), "no camera rows in the answer"),
    ],
)
async def test_an_answer_that_is_no_list_of_cameras_is_an_error_and_never_an_empty_fleet(
    socrata: SocrataServer, config: Config, answer: Answer, sentence: str
) -> None:
    socrata.failure = answer
    with pytest.raises(DatasetError) as caught:
        await load_cameras(config, pauses=())
    assert sentence in str(caught.value)
    assert "none is kept" in str(caught.value)


async def test_a_portal_that_cannot_be_reached_is_tried_again_and_then_the_kept_list_is_used(
    socrata: SocrataServer, config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    socrata.rows = _rows(3)
    await load_cameras(config, pauses=())
    socrata.failure = Answer(503, b"")
    socrata.queries.clear()
    loaded = await load_cameras(config, pauses=(0, 0))
    assert len(socrata.queries) == 3
    assert len(loaded.cameras) == 3
    assert "answered 503; try again later; using the kept list, which is 0 s old" in caplog.text


async def test_a_list_that_has_suddenly_shrunk_is_not_believed_before_the_kept_one_is_deleted(
    socrata: SocrataServer, config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    socrata.rows = _rows(7)
    await load_cameras(config, pauses=())
    socrata.rows = _rows(3)
    loaded = await load_cameras(config, pauses=())
    assert (len(loaded.cameras), loaded.kept) == (7, True)
    assert (
        "only 3 cameras that can be watched, where 7 were last time; if that is right, delete camera-list.json in STATE"
        in caplog.text
    )
    (config.state_directory / "camera-list.json").unlink()
    assert len((await load_cameras(config, pauses=())).cameras) == 3


@pytest.mark.parametrize("column", ["camera_status", "camera_ip"])
async def test_a_list_that_has_lost_a_column_is_not_believed(
    column: str, socrata: SocrataServer, config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    socrata.rows = _rows(7)
    await load_cameras(config, pauses=())
    for row in socrata.rows[:6]:
        del row[column]
    loaded = await load_cameras(config, pauses=())
    assert (len(loaded.cameras), loaded.kept) == (7, True)
    assert "only 1 cameras that can be watched, where 7 were last time" in caplog.text


async def test_a_list_that_loses_some_cameras_or_is_asked_for_fewer_is_believed(
    socrata: SocrataServer, config: Config
) -> None:
    for count, where in ((8, "camera_mfg='Axis'"), (4, "camera_mfg='Axis'"), (1, "camera_id='0'")):
        socrata.rows = _rows(count)
        loaded = await load_cameras(replace(config, socrata_where=where), pauses=())
        assert (len(loaded.cameras), loaded.kept) == (count, False)


async def test_the_kept_list_is_for_our_own_user_alone(socrata: SocrataServer, config: Config) -> None:
    socrata.rows = _rows(1)
    await load_cameras(config, pauses=())
    assert (config.state_directory / "camera-list.json").stat().st_mode & 0o777 == 0o600


async def test_a_kept_list_of_another_dataset_or_a_broken_one_is_not_used(
    socrata: SocrataServer, config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    socrata.rows = _rows(1)
    await load_cameras(config, pauses=())
    socrata.failure = Answer(503, b"")
    with pytest.raises(DatasetError, match="none is kept"):
        await load_cameras(replace(config, socrata_dataset="aaaa-bbbb"), pauses=())
    for broken in ('{"source": ', "[" * 100_000, "[]"):
        caplog.clear()
        (config.state_directory / "camera-list.json").write_text(broken)
        with pytest.raises(DatasetError, match="none is kept"):
            await load_cameras(config, pauses=())
        assert "the kept list in" in caplog.text


async def test_a_kept_list_whose_date_has_no_zone_is_used(
    socrata: SocrataServer, config: Config, caplog: pytest.LogCaptureFixture
) -> None:
    socrata.rows = _rows(1)
    await load_cameras(config, pauses=())
    file = config.state_directory / "camera-list.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "saved": "2026-11-22T10:00:00"}))
    socrata.failure = Answer(503, b"")
    assert (await load_cameras(config, pauses=())).kept


async def test_a_list_that_cannot_be_kept_is_used_all_the_same(
    socrata: SocrataServer, config: Config, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    socrata.rows = _rows(1)
    (tmp_path / "file").write_text("")
    loaded = await load_cameras(replace(config, state_directory=tmp_path / "file"), pauses=())
    assert len(loaded.cameras) == 1
    assert "cannot be kept in" in caplog.text


async def test_an_unknown_certificate_is_not_trusted(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(DatasetError, match=r"cannot be reached \(SSLError\); check the network and SOCRATA_DOMAIN"):
        await load_cameras(config, pauses=())


async def test_a_dripping_portal_is_left_at_the_deadline(socrata: SocrataServer, config: Config) -> None:
    socrata.rows = _rows(1)
    socrata.dripping.set()
    with pytest.raises(DatasetError, match=r"did not deliver within 0\.3 s"):
        await socrata_module.rows(config, pauses=(), timeout=0.3)


@pytest.mark.parametrize(
    ("limit", "most", "sentence"),
    [
        ("MAX_ROWS", 2_000, "more than 2,000 rows; check SOCRATA_WHERE"),
        ("MAX_LIST_BYTES", 200_000, r"2\d\d,\d\d\d bytes and no end; check SOCRATA_DOMAIN"),
    ],
)
async def test_a_portal_that_gives_page_after_page_is_left(
    limit: str, most: int, sentence: str, socrata: SocrataServer, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socrata_module, limit, most)
    socrata.rows = _rows(10_000)
    with pytest.raises(DatasetError, match=sentence):
        await load_cameras(config, pauses=())
    assert len(socrata.queries) == 3


async def test_an_endless_answer_is_left_at_the_limit(
    socrata: SocrataServer, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socrata_module, "MAX_PAGE_BYTES", 200_000)
    socrata.rows = [{**row, "location_name": "x" * 5000} for row in _rows(100)]
    with pytest.raises(DatasetError, match=r"2\d\d,\d\d\d bytes and no end; check SOCRATA_DOMAIN"):
        await load_cameras(config, pauses=())


async def test_cancelling_does_not_wait_for_the_portal(socrata: SocrataServer, config: Config) -> None:
    socrata.rows = _rows(1)
    socrata.dripping.set()
    loading = asyncio.create_task(load_cameras(config, pauses=()))
    while not socrata.queries:  # noqa: ASYNC110  the server lives in a thread
        await asyncio.sleep(0.01)
    loading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await loading


async def test_who_is_left_out_is_logged_once_with_ids_and_without_addresses(
    socrata: SocrataServer, config: Config, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.INFO, "cameras")
    socrata.rows = [*_rows(1), {**_rows(1)[0], "camera_id": "5", "camera_ip": "10.66.0.999"}]
    (tmp_path / "a.csv").write_text("camera_id,address\n77,10.0.0.7\n")
    await load_cameras(replace(config, camera_addresses=tmp_path / "a.csv"), pauses=())
    assert "1 left out, bad address in camera_ip: 5" in caplog.text
    assert "in CAMERA_ADDRESSES, but not in the camera list: 77" in caplog.text
    assert "10.66.0.999" not in caplog.text


async def test_without_any_address_both_sources_of_addresses_are_named(socrata: SocrataServer, config: Config) -> None:
    socrata.rows = [{"camera_id": "1", "camera_status": "TURNED_ON", "camera_mfg": "Axis"}]
    with pytest.raises(
        ConfigError, match=r"1 with no address.*CAMERA_ADDRESSES.*SOCRATA_ADDRESS_FIELD \(now camera_ip"
    ):
        await load_cameras(config, pauses=())


async def test_a_list_whose_rows_are_all_bad_says_what_to_correct(socrata: SocrataServer, config: Config) -> None:
    socrata.rows = [{**_rows(1)[0], "camera_ip": "10.66.0.999"}]
    with pytest.raises(ConfigError, match=r"1 with bad address in camera_ip.*mend these in the camera list"):
        await load_cameras(config, pauses=())


async def test_a_private_csv_that_names_none_of_the_cameras_is_named(
    socrata: SocrataServer, config: Config, tmp_path: Path
) -> None:
    socrata.rows = [{"camera_id": "1", "camera_status": "TURNED_ON", "camera_mfg": "Axis"}]
    (tmp_path / "others.csv").write_text("camera_id,address\n2,10.1.2.3\n")
    with pytest.raises(ConfigError, match=r"CAMERA_ADDRESSES=\S+others\.csv has none for these"):
        await load_cameras(replace(config, camera_addresses=tmp_path / "others.csv"), pauses=())


@pytest.mark.parametrize("name", ["list.json", "list.csv"])
async def test_a_file_can_take_the_place_of_socrata(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    row = _rows(1)[0]
    path.write_text(json.dumps([row]) if name.endswith("json") else f"{','.join(row)}\n{','.join(row.values())}\n")
    (camera,) = (await load_cameras(Config(camera_list=path))).cameras
    assert (camera.id, camera.make) == ("0", "Axis")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [("[1, 2]", "is not a list of objects"), ("{", "cannot be read"), ('{"a": 1}', "is not a list of objects")],
)
async def test_a_file_that_is_no_list_is_named(tmp_path: Path, content: str, sentence: str) -> None:
    path = tmp_path / "list.json"
    path.write_text(content)
    with pytest.raises(ConfigError, match=f"CAMERA_LIST=.*{sentence}"):
        await load_cameras(Config(camera_list=path))


@pytest.mark.no_cover  # takes three times as long with it
async def test_a_hundred_thousand_rows_are_read(socrata: SocrataServer, config: Config) -> None:
    socrata.rows = _rows(1)
    rows = _rows(50_000) * 2
    joined = join(rows, {}, config)
    assert (len(joined.cameras), len(joined.skipped["duplicate id"])) == (50_000, 50_000)
    socrata.rows = rows[:60_000]
    assert len(await socrata_module.rows(config, pauses=())) == 60_000
