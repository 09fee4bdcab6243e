import json
import math
from pathlib import Path
from typing import Any

import pytest

from cameras.camera import Address, Login, Logins
from cameras.camera_list.addresses import Override
from cameras.camera_list.dataset import join
from cameras.camera_list.export import read_export
from config import Config

DATA = Path(__file__).parent.parent / "data"
LOGIN = Login("viewer", "secret", "CAMERA_USERNAME")


def _row(id: str = "1", **changes: Any) -> dict[str, Any]:
    return {"camera_id": id, "camera_status": "TURNED_ON", "camera_mfg": "Axis", "camera_ip": "10.0.0.1", **changes}


def _private(**changes: Any) -> Override:
    return Override(**{"address": None, "make": None, "login": None, "path": None, "publish": True, **changes})


def test_a_row_of_today_becomes_a_camera() -> None:
    rows = json.loads((DATA / "austin-2026.json").read_text())
    joined = join(rows, {"10": _private(address=Address("10.0.0.10"))}, Config(logins=Logins({"WISENET": LOGIN})))
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


def test_a_row_of_an_export_of_2018_becomes_a_camera() -> None:
    rows = read_export(DATA / "austin-2018.csv")
    joined = join(rows, {"2": _private(address=Address("10.0.0.2"))}, Config())
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
def test_a_row_that_cannot_be_served_is_counted_by_its_reason(changes: dict[str, Any], reason: str) -> None:
    joined = join([_row(**changes)], {}, Config())
    assert joined.cameras == []
    assert list(joined.skipped) == [reason]


def test_of_two_rows_with_one_id_the_first_is_kept() -> None:
    joined = join([_row(camera_ip="10.0.0.1"), _row(camera_ip="10.0.0.2")], {}, Config())
    assert [str(camera.address) for camera in joined.cameras] == ["10.0.0.1"]
    assert joined.skipped == {"duplicate id": ["1"]}


def test_where_both_speak_the_private_file_wins() -> None:
    own = Login("own", "x", "file")
    private = _private(address=Address("10.9.9.9"), make="Bosch", login=own)
    (camera,) = join([_row()], {"1": private}, Config(logins=Logins({"AXIS": LOGIN}))).cameras
    assert (camera.address.host, camera.make, camera.login) == ("10.9.9.9", "Bosch", own)


def test_a_camera_that_is_not_to_be_published_is_left_out() -> None:
    assert join([_row()], {"1": _private(publish=False)}, Config()).skipped == {"publish=no in CAMERA_ADDRESSES": ["1"]}


@pytest.mark.parametrize("spelling", ["axis", " AXIS ", "Axis"])
def test_case_and_blanks_of_a_make_do_not_matter(spelling: str) -> None:
    assert join([_row(camera_mfg=spelling)], {}, Config()).cameras[0].make == "Axis"


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
def test_a_location_is_read_in_every_shape_it_has_had(location: Any, expected: tuple[Any, Any]) -> None:
    (camera,) = join([_row(location=location)], {}, Config()).cameras
    assert (camera.longitude, camera.latitude) == expected


def test_a_name_that_could_not_be_written_out_is_mended() -> None:
    assert join([_row(location_name="A\ud800 ST")], {}, Config()).cameras[0].place == "A? ST"


def test_a_status_that_is_another_in_each_row_makes_no_more_reasons_than_somebody_reads() -> None:
    joined = join([_row(str(number), camera_status=f"S{number}") for number in range(100)], {}, Config())
    assert len(joined.skipped) == 21
    assert joined.skipped["status 'S19'"] == ["19"]
    assert joined.skipped["other reasons"][0] == "20 status 'S20'"
    assert sum(map(len, joined.skipped.values())) == 100


def test_an_unknown_make_is_told_with_the_id_and_safely() -> None:
    joined = join([_row(camera_mfg="Nikon\nFORGED")], {}, Config())
    assert joined.skipped == {"unknown make": [r"1 'Nikon\nFORGED'"]}
