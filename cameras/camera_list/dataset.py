"""From rows of the dataset, joined with the private addresses, to cameras.

Rows are untrusted. A row that cannot be served is left out and counted by reason, with its id.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cameras.camera import ID, Address, Camera
from cameras.camera_list.addresses import GENERIC, NO_OVERRIDE, Override
from cameras.errors import UnknownMake
from cameras.makes import Make, find_make
from cameras.text import printable, quoted
from config import Config

TURNED_ON = "TURNED_ON"
Row = dict[str, Any]  # column -> value; a missing value is a missing key

MAX_REASONS = 20  # a status that is another in each row must not make a page of megabytes
OTHER_REASONS = "other reasons"
_NUMBER = r"(-?\d{1,3}(?:\.\d+)?)"
_LATITUDE_FIRST = re.compile(rf"\({_NUMBER},\s*{_NUMBER}\)")  # "(30.26, -97.73)" in exports of 2018
_POINT = re.compile(rf"POINT \({_NUMBER} {_NUMBER}\)")  # longitude first, in today's exports


@dataclass
class JoinResult:
    """`skipped`: the ids of the rows that are left out, by reason; there are MAX_REASONS and OTHER_REASONS at most."""

    cameras: list[Camera] = field(default_factory=list)
    skipped: dict[str, list[str]] = field(default_factory=dict)


def join(rows: list[Row], addresses: Mapping[str, Override], config: Config) -> JoinResult:
    found = JoinResult()
    seen: set[str] = set()
    for row in rows:
        try:
            camera = _camera(row, addresses, config)
            if camera.id in seen:
                raise _Skip("duplicate id")
            seen.add(camera.id)
            found.cameras.append(camera)
        except _Skip as skip:
            id = printable(str(row.get("camera_id", "no id")))
            if skip.reason in found.skipped or len(found.skipped) < MAX_REASONS:
                found.skipped.setdefault(skip.reason, []).append(f"{id}{skip.detail}")
            else:
                found.skipped.setdefault(OTHER_REASONS, []).append(f"{id} {skip.reason}{skip.detail}")
    return found


class _Skip(Exception):
    """The reason why a row makes no camera; `detail` goes with its id."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason, self.detail = reason, detail


def _camera(row: Row, addresses: Mapping[str, Override], config: Config) -> Camera:
    """Where the private file and the dataset both speak, the file wins."""
    id = _id(row)
    private = addresses.get(id, NO_OVERRIDE)
    if not private.publish:
        raise _Skip("publish=no in CAMERA_ADDRESSES")
    make = _make(private.make or _text(row, "camera_mfg"))
    if make.name == GENERIC and not private.path:
        raise _Skip("make Generic without a path in CAMERA_ADDRESSES")
    longitude, latitude = _coordinates(row)
    return Camera(
        id=id,
        make=make.name,
        address=private.address or _address(row, config),
        login=private.login or config.logins.for_make(make.prefix),
        path=private.path,
        place=" ".join(_text(row, "location_name").split())[:200],
        longitude=longitude,
        latitude=latitude,
    )


def _id(row: Row) -> str:
    id, status = _text(row, "camera_id"), _text(row, "camera_status")
    if not ID.fullmatch(id):
        raise _Skip("bad id")
    if status != TURNED_ON:
        raise _Skip(f"status {quoted(status)}" if status else "no status")
    return id


def _make(spelling: str) -> Make:
    if not spelling:
        raise _Skip("no make")
    try:
        return find_make(spelling)
    except UnknownMake:
        raise _Skip("unknown make", f" {quoted(spelling)}") from None


def _address(row: Row, config: Config) -> Address:
    text = _text(row, config.socrata_address_field)
    if not text:
        raise _Skip("no address")
    try:
        return Address.parse(text)
    except ValueError:  # the address itself is private: the log names the camera alone
        raise _Skip(f"bad address in {config.socrata_address_field}") from None


def _text(row: Row, key: str) -> str:
    """A missing value is a missing key; anything but text or a number counts as missing."""
    value = row.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).encode(errors="replace").decode().strip()  # half a surrogate pair could not be written out


def _coordinates(row: Row) -> tuple[float, float] | tuple[None, None]:
    """(longitude, latitude), from today's GeoJSON point or the text of an export; (None, None) if there is none."""
    match row.get("location"):
        case {"coordinates": [longitude, latitude, *_]} if {type(longitude), type(latitude)} <= {int, float}:
            pass
        case str(text) if point := _POINT.fullmatch(text.strip()):
            longitude, latitude = float(point[1]), float(point[2])
        case str(text) if pair := _LATITUDE_FIRST.fullmatch(text.strip()):
            longitude, latitude = float(pair[2]), float(pair[1])
        case _:
            return None, None
    if not (abs(longitude) <= 180 and abs(latitude) <= 90):  # nor is not-a-number
        return None, None
    return float(longitude), float(latitude)
