"""One camera of the list, for the probe."""

from pathlib import Path
from typing import Any

import pytest

from cameras.camera import Address, Login, Logins
from cameras.camera_list import Found, find_camera
from cameras.errors import ConfigError
from tests.camera_list.rows import a_source

AXIS, COMMON = Login("axis", "x", "AXIS_USERNAME"), Login("all", "x", "CAMERA_USERNAME")
ROW = "105,TURNED_ON,Axis,10.0.0.1"


async def _find(folder: Path, row: str, override: str = "", make: str | None = None) -> Found:
    (folder / "list.csv").write_text(f"camera_id,camera_status,camera_mfg,camera_ip\n{row}\n")
    changes: dict[str, Any] = {}
    if override:
        (folder / "a.csv").write_text(f"camera_id,address,make,path,publish\n{override}\n")
        changes["addresses_file"] = folder / "a.csv"
    logins = Logins({"AXIS": AXIS}, COMMON)
    return await find_camera(a_source(folder, export_file=folder / "list.csv", logins=logins, **changes), "105", make)


async def test_camera_is_found_with_the_login_of_its_make(tmp_path: Path) -> None:
    found = await _find(tmp_path, ROW)
    assert (found.camera.make, found.camera.address, found.camera.login) == ("Axis", Address("10.0.0.1"), AXIS)
    assert (found.address_from, found.make_known) == ("column camera_ip of the camera list", True)


async def test_private_csv_takes_precedence(tmp_path: Path) -> None:
    found = await _find(tmp_path, ROW, "105,10.9.9.9,Bosch,,")
    assert (found.camera.make, found.camera.address, found.camera.login) == ("Bosch", Address("10.9.9.9"), COMMON)
    assert found.address_from == "CAMERA_ADDRESSES"


@pytest.mark.parametrize(("row", "override"), [("105,VOID,Axis,10.0.0.1", ""), (ROW, "105,,,,no")])
async def test_camera_that_is_not_watched_is_found(tmp_path: Path, row: str, override: str) -> None:
    assert (await _find(tmp_path, row, override)).camera.id == "105"


async def test_given_make_replaces_the_one_on_record(tmp_path: Path) -> None:
    found = await _find(tmp_path, ROW, "105,,Bosch,,", make="sarix")
    assert (found.camera.make, found.make_known) == ("Sarix", True)


@pytest.mark.parametrize("make", ["Nikon", ""])
async def test_camera_of_unknown_make_is_generic(tmp_path: Path, make: str) -> None:
    found = await _find(tmp_path, f"105,TURNED_ON,{make},10.0.0.1")
    assert (found.camera.make, found.camera.path, found.make_known) == ("Generic", "/", False)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("7,TURNED_ON,Axis,10.0.0.1", "camera '105' is not in the camera list; give an id of the list or an address"),
        ("105,TURNED_ON,Axis,", "camera 105: no address; give it an address in CAMERA_ADDRESSES"),
    ],
)
async def test_camera_that_cannot_be_probed_is_an_error(tmp_path: Path, row: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence):
        await _find(tmp_path, row)
