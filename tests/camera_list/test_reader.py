"""The list while it changes, its source fails, or the files beside it are wrong."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cameras.camera_list import CameraList, ListReader, ListSource
from cameras.errors import ConfigError, DatasetError
from tests.camera_list.rows import a_source, some_rows
from tests.socrata_server import Answer, SocrataServer


@pytest.fixture
def source(socrata: SocrataServer, tmp_path: Path) -> ListSource:
    socrata.rows = some_rows(8)
    csv = tmp_path / "addresses.csv"
    csv.write_text("camera_id,address,publish\n1,10.0.0.11,\n")
    changes: dict[str, Any] = {"portal": replace(a_source(tmp_path, socrata.domain).portal, where=None)}
    return a_source(tmp_path / "state", addresses_file=csv, never_publish=frozenset({"7"}), **changes)


def ids(cameras: CameraList | None) -> str:
    return "".join(camera.id for camera in cameras.cameras) if cameras else ""


def write_csv(source: ListSource, *lines: str) -> None:
    assert source.addresses_file
    source.addresses_file.write_text("\n".join(["camera_id,address,publish", *lines]) + "\n")


async def test_row_that_is_turned_off_acts_at_once(source: ListSource, socrata: SocrataServer) -> None:
    reader = ListReader(source)
    assert ids(await reader.read()) == "0123456"
    socrata.rows[2]["camera_status"] = "REMOVED"
    cameras = await reader.read()
    assert (ids(cameras), cameras.unconfirmed) == ("013456", frozenset())


async def test_missing_row_acts_when_the_next_read_confirms_it(source: ListSource, socrata: SocrataServer) -> None:
    """Paging while rows are rewritten drops some."""
    reader = ListReader(source)
    await reader.read()
    del socrata.rows[2]
    cameras = await reader.read()
    assert (sorted(ids(cameras)), cameras.unconfirmed) == (list("0123456"), frozenset("2"))
    cameras = await reader.read()
    assert (ids(cameras), cameras.unconfirmed) == ("013456", frozenset())


async def test_missing_row_that_returns_was_never_gone(source: ListSource, socrata: SocrataServer) -> None:
    reader = ListReader(source)
    await reader.read()
    row = socrata.rows.pop(2)
    await reader.read()
    socrata.rows.append(row)
    await reader.read()
    socrata.rows.remove(row)
    assert "2" in ids(await reader.read())


async def test_reload_by_hand_confirms_at_once(source: ListSource, socrata: SocrataServer) -> None:
    reader = ListReader(source)
    await reader.read()
    del socrata.rows[2]
    assert ids(await reader.read(by_hand=True)) == "013456"


@pytest.mark.parametrize("column", ["camera_mfg", "camera_status", "camera_ip"])
async def test_row_that_lost_a_value_is_treated_as_missing(
    source: ListSource, socrata: SocrataServer, column: str
) -> None:
    reader = ListReader(source)
    await reader.read()
    del socrata.rows[2][column]
    assert "2" in ids(await reader.read())
    assert "2" not in ids(await reader.read())


async def test_published_id_that_the_portal_does_not_list_needs_confirmation(
    source: ListSource, socrata: SocrataServer
) -> None:
    """After an update without a cached list, say: its picture may only be replaced if it is really gone."""
    reader = ListReader(source, published=lambda: {"0", "99", "7"})
    assert (await reader.read()).unconfirmed == {"99"}
    assert (await reader.read()).unconfirmed == frozenset()


@pytest.mark.parametrize("line", ["2,,no", "2,not an address,no"])
async def test_csv_hides_a_camera_whatever_else_is_wrong(
    source: ListSource, socrata: SocrataServer, line: str, caplog: pytest.LogCaptureFixture
) -> None:
    reader = ListReader(source)
    await reader.read()
    write_csv(source, "1,also not an address,", "3,,maybe", "too,many,cells,here", line, '"a quote that never ends')
    cameras = await reader.read()
    assert ids(cameras) == "013456"
    assert cameras.cameras[1].address.host == "10.0.0.11"  # its previous row stays
    for problem in ("line 2: address", "line 3: publish must", "line 4: 4 cells", "line 6"):
        assert problem in caplog.text


async def test_problems_of_the_csv_are_logged_once_and_their_end(
    source: ListSource, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "cameras")
    reader = ListReader(source)
    await reader.read()
    for _ in range(3):
        write_csv(source, "1,not an address,")
        await reader.read()
    write_csv(source, "1,10.0.0.12,")
    cameras = await reader.read()
    assert cameras.cameras[1].address.host == "10.0.0.12"
    assert caplog.text.count("line 2: address 'not an address'") == 1
    assert caplog.text.count("private files: read without problems again") == 1


async def test_unreadable_csv_changes_nothing(source: ListSource, caplog: pytest.LogCaptureFixture) -> None:
    reader = ListReader(source)
    await reader.read()
    assert source.addresses_file
    source.addresses_file.unlink()
    cameras = await reader.read()
    assert (ids(cameras), cameras.cameras[1].address.host) == ("0123456", "10.0.0.11")
    assert "No such file or directory; check the path and its permissions; what was read before stays" in caplog.text


async def test_unreadable_csv_at_the_start_is_an_error(source: ListSource) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        await ListReader(replace(source, addresses_file=Path("nowhere.csv"))).read()


async def test_csv_hides_cameras_while_the_portal_is_down(source: ListSource, socrata: SocrataServer) -> None:
    reader = ListReader(source)
    await reader.read()
    socrata.failure = Answer(503, b"")
    write_csv(source, "2,,no")
    assert ids(await reader.read()) == "013456"


async def test_never_publish_is_read_again_from_its_file(source: ListSource, tmp_path: Path) -> None:
    file = tmp_path / "never"
    file.write_text("7 # internal\n")
    reader = ListReader(replace(source, never_publish=file))
    assert ids(await reader.read()) == "0123456"
    file.write_text("7, 3\n../x\n")
    assert ids(await reader.read()) == "012456"


async def test_hidden_ids_act_while_the_csv_cannot_be_read(source: ListSource, tmp_path: Path) -> None:
    file = tmp_path / "never"
    file.write_text("7")
    reader = ListReader(replace(source, never_publish=file))
    await reader.read()
    assert source.addresses_file
    source.addresses_file.unlink()
    file.write_text("7 3")
    assert ids(await reader.read()) == "012456"


async def test_unreadable_file_of_hidden_ids_hides_what_it_did_and_the_csv_acts(
    source: ListSource, tmp_path: Path
) -> None:
    file = tmp_path / "never"
    file.write_text("7")
    reader = ListReader(replace(source, never_publish=file))
    await reader.read()
    file.unlink()
    write_csv(source, "2,,no")
    assert ids(await reader.read()) == "013456"


async def test_portal_that_fails_changes_nothing_and_is_logged_once(
    source: ListSource, socrata: SocrataServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "cameras")
    reader = ListReader(source)
    await reader.read()
    socrata.failure = Answer(503, b"")
    for _ in range(3):
        assert ids(await reader.read()) == "0123456"
    socrata.failure = None
    await reader.read()
    assert caplog.text.count("answered 503; try again later; the list read 0 s ago stays in use") == 1
    assert caplog.text.count("camera list: read without problems again") == 1


async def test_list_says_why_its_latest_read_changed_nothing(source: ListSource, socrata: SocrataServer) -> None:
    reader = ListReader(source)
    assert (await reader.read()).problem == ""
    socrata.failure = Answer(503, b"")
    assert "answered 503" in (await reader.read()).problem
    socrata.failure = None
    assert (await reader.read()).problem == ""


async def test_skipped_rows_are_logged_when_they_change(
    source: ListSource, socrata: SocrataServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "cameras")
    reader = ListReader(source)
    await reader.read()
    await reader.read()
    assert caplog.text.count("skipped 1 cameras, in NEVER_PUBLISH: 7") == 1


def lose_most_rows(rows: list[dict[str, Any]]) -> None:
    del rows[3:]


def lose_a_column(rows: list[dict[str, Any]]) -> None:
    for row in rows[3:]:
        del row["camera_mfg"]


@pytest.mark.parametrize("damage", [lose_most_rows, lose_a_column])
async def test_list_that_has_shrunk_by_half_is_refused(
    source: ListSource,
    socrata: SocrataServer,
    damage: Callable[[list[dict[str, Any]]], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    reader = ListReader(source)
    await reader.read()
    damage(socrata.rows)
    for _ in range(3):
        assert ids(await reader.read()) == "0123456"
    hint = "4 of 7 cameras are missing; if that is right: cctv-images reload --accept-shrunken-list"
    assert hint in caplog.text
    cameras = await reader.read(by_hand=True)
    assert (ids(cameras), cameras.problems) == ("0123456", [f"camera list: {hint}"])
    cameras = await reader.read(by_hand=True, accept_shrunken=True)
    assert (ids(cameras), cameras.problems) == ("012", [])


async def test_csv_and_status_may_shrink_the_list_by_any_number(source: ListSource, socrata: SocrataServer) -> None:
    reader = ListReader(source)
    await reader.read()
    for row in socrata.rows[2:]:
        row["camera_status"] = "DESIRED"
    write_csv(source, "0,,no")
    assert ids(await reader.read()) == "1"


async def test_addresses_that_leave_the_csv_act_at_once(source: ListSource, socrata: SocrataServer) -> None:
    """They are no absence from the portal's answer, however many they are."""
    for row in socrata.rows:
        del row["camera_ip"]
    write_csv(source, *[f"{number},10.0.0.{number}," for number in range(7)])
    reader = ListReader(source)
    assert ids(await reader.read()) == "0123456"
    write_csv(source, "0,10.0.0.0,")
    assert ids(await reader.read()) == "0"


async def test_service_starts_from_the_cached_list_without_the_portal(
    source: ListSource, socrata: SocrataServer
) -> None:
    assert await ListReader(source).cached() is None
    await ListReader(source).read()
    socrata.queries.clear()
    write_csv(source, "2,,no")
    cameras = await ListReader(source).cached()
    assert cameras
    assert (ids(cameras), cameras.from_cache, socrata.queries) == ("013456", True, [])


async def test_absence_from_cache_and_portal_is_confirmed(source: ListSource, socrata: SocrataServer) -> None:
    await ListReader(source).read()
    reader = ListReader(source, published=lambda: {"0", "99"})
    cached = await reader.cached()
    assert cached
    assert cached.unconfirmed == {"99"}
    assert (await reader.read()).unconfirmed == frozenset()


async def test_unavailable_list_without_one_in_use_is_an_error(source: ListSource, socrata: SocrataServer) -> None:
    socrata.failure = Answer(503, b"")
    with pytest.raises(DatasetError, match="the camera list is unavailable and there is no cached copy"):
        await ListReader(source).read()


async def test_export_file_is_read_again_and_needs_no_confirmation(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    header = "camera_id,camera_status,camera_mfg,camera_ip\n"
    file.write_text(header + "1,TURNED_ON,Axis,10.0.0.1\n2,TURNED_ON,Axis,10.0.0.2\n3,TURNED_ON,Axis,10.0.0.3\n")
    reader = ListReader(a_source(tmp_path / "state", export_file=file))
    assert ids(await reader.read()) == "123"
    file.write_text(header + "1,TURNED_ON,Axis,10.0.0.1\n2,TURNED_ON,Axis,10.0.0.2\n")
    assert ids(await reader.read()) == "12"
    file.unlink()
    assert ids(await reader.read()) == "12"
