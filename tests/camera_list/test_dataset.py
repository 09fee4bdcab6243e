import json
import math
from pathlib import Path
from typing import Any

import pytest

from cameras.camera import Address, Login, Logins
from cameras.camera_list import dataset
from cameras.camera_list.addresses import Override, Overrides
from cameras.camera_list.dataset import JoinResult
from cameras.camera_list.export import parse_export
from tests.camera_list.rows import some_rows

DATA = Path(__file__).parent.parent / "data"
LOGIN = Login("viewer", "secret", "CAMERA_USERNAME")


def _row(id: str = "1", **changes: Any) -> dict[str, Any]:
    return {"camera_id": id, "camera_status": "TURNED_ON", "camera_mfg": "Axis", "camera_ip": "10.0.0.1", **changes}


def join(rows: list[dict[str, Any]], overrides: dict[str, Override], logins: Logins | None = None) -> JoinResult:
    return dataset.join(rows, Overrides(overrides), logins or Logins(), "camera_ip")


def _override(**changes: Any) -> Override:
    return Override(**{"address": None, "make": None, "login": None, "path": None, "publish": True, **changes})


def test_todays_row_becomes_a_camera() -> None:
    rows = json.loads((DATA / "austin-2026.json").read_text())
    joined = join(rows, {"10": _override(address=Address("10.0.0.10"))}, Logins({"WISENET": LOGIN}))
    (camera,) = joined.cameras
    assert (camera.id, camera.make, camera.place) == ("10", "Wisenet", "35TH ST / JACKSON AVE")
    assert (camera.longitude, camera.latitude) == (-97.75589, 30.308735)
    assert camera.login is LOGIN
    assert {reason: len(ids) for reason, ids in joined.skipped.items()} == {
        "no address": 11,
        "status 'VOID'": 1,
        "status 'DESIRED'": 2,
    }
    assert joined.skipped["status 'VOID'"] == ["1016"]


def test_row_of_an_export_of_2018_becomes_a_camera() -> None:
    path = DATA / "austin-2018.csv"
    rows = parse_export(path.read_bytes(), path)
    joined = join(rows, {"2": _override(address=Address("10.0.0.2"))})
    (camera,) = joined.cameras
    assert (camera.make, camera.place) == ("Spectra Enhanced", "AIRPORT BLVD / OAK SPRINGS DR")
    assert (camera.longitude, camera.latitude) == (-97.6979065, 30.2735558)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"camera_id": "../../etc/passwd"}, "bad id"),
        ({"camera_id": "a/b"}, "bad id"),
        ({"camera_id": "_check"}, "bad id"),
        ({"camera_id": ["1"]}, "bad id"),
        ({"camera_id": None}, "bad id"),
        ({"camera_id": "x" * 65}, "bad id"),
        ({"camera_status": "DESIRED"}, "status 'DESIRED'"),
        ({"camera_status": None}, "no status"),
        ({"camera_mfg": "Nikon"}, "unknown make"),
        ({"camera_mfg": "Generic"}, "make Generic without a path in CAMERA_ADDRESSES"),
        ({"camera_mfg": None}, "no make"),
        ({"camera_ip": None}, "no address"),
        ({"camera_ip": {"a": 1}}, "no address"),
        ({"camera_ip": "http://user:pw@host/"}, "bad address in camera_ip"),
        ({"camera_ip": "169.254.169.254"}, "bad address in camera_ip"),
        ({"camera_ip": "localhost; rm"}, "bad address in camera_ip"),
        ({"camera_id": True}, "bad id"),
    ],
)
def test_row_that_makes_no_camera_is_counted_by_reason(changes: dict[str, Any], reason: str) -> None:
    joined = join([_row(**changes)], {})
    assert joined.cameras == []
    assert list(joined.skipped) == [reason]


def test_first_of_two_rows_with_the_same_id_is_used() -> None:
    joined = join([_row(camera_ip="10.0.0.1"), _row(camera_ip="10.0.0.2")], {})
    assert [str(camera.address) for camera in joined.cameras] == ["10.0.0.1"]
    assert joined.skipped == {"duplicate id": ["1"]}


def test_private_csv_takes_precedence() -> None:
    own = Login("own", "x", "file")
    override = _override(address=Address("10.9.9.9"), make="Bosch", login=own)
    (camera,) = join([_row()], {"1": override}, Logins({"AXIS": LOGIN})).cameras
    assert (camera.address.host, camera.make, camera.login) == ("10.9.9.9", "Bosch", own)


def test_unpublished_camera_is_skipped() -> None:
    assert join([_row()], {"1": _override(publish=False)}).skipped == {"publish=no in CAMERA_ADDRESSES": ["1"]}


@pytest.mark.parametrize("spelling", ["axis", " AXIS ", "Axis"])
def test_case_and_spaces_of_a_make_do_not_matter(spelling: str) -> None:
    assert join([_row(camera_mfg=spelling)], {}).cameras[0].make == "Axis"


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ({"type": "Point", "coordinates": [-97.7, 30.3]}, (-97.7, 30.3)),
        ("POINT (-97.7 30.3)", (-97.7, 30.3)),
        ("(30.3, -97.7)", (-97.7, 30.3)),
        ({"coordinates": [1e999, 0.0]}, (None, None)),
        ({"coordinates": [math.nan, 0.0]}, (None, None)),
        ({"coordinates": [10**400, 1]}, (None, None)),
        ({"coordinates": ["-97.7", "30.3"]}, (None, None)),
        ({"coordinates": [True, False]}, (None, None)),
        ({"coordinates": [-97.7, 130.3]}, (None, None)),
        ("nowhere", (None, None)),
        (7, (None, None)),
        (None, (None, None)),
    ],
)
def test_location_is_read_in_every_format_of_the_dataset(location: Any, expected: tuple[Any, Any]) -> None:
    (camera,) = join([_row(location=location)], {}).cameras
    assert (camera.longitude, camera.latitude) == expected


def test_name_that_cannot_be_encoded_is_repaired() -> None:
    assert join([_row(location_name="A\ud800 ST")], {}).cameras[0].place == "A? ST"


def test_number_of_reasons_is_limited() -> None:
    joined = join([_row(str(number), camera_status=f"S{number}") for number in range(100)], {})
    assert len(joined.skipped) == 21
    assert joined.skipped["status 'S19'"] == ["19"]
    assert joined.skipped["other reasons"][0] == "20 status 'S20'"
    assert sum(map(len, joined.skipped.values())) == 100


def test_unknown_make_is_quoted_after_the_id() -> None:
    joined = join([_row(camera_mfg="Nikon\nFORGED")], {})
    assert joined.skipped == {"unknown make": [r"1 'Nikon\nFORGED'"]}


def test_overrides_without_a_row_are_unlisted() -> None:
    result = join([_row("1"), _row(" 2 ")], {"1": _override(), "2": _override(), "8": _override(), "7": _override()})
    assert result.unlisted == ["7", "8"]


@pytest.mark.no_cover  # takes three times as long with it
def test_hundred_thousand_rows_are_joined() -> None:
    joined = join(some_rows(50_000) * 2, {})
    assert (len(joined.cameras), len(joined.skipped["duplicate id"])) == (50_000, 50_000)
