"""Rows of the dataset, completed by the private CSV -> cameras.

Rows are untrusted. A row that cannot be served is skipped and counted by reason, with its id.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cameras.camera import ID, Address, Camera, Logins
from cameras.camera_list.addresses import GENERIC, NO_OVERRIDE, Override
from cameras.errors import UnknownMake
from cameras.makes import Make, find_make
from cameras.text import printable, quoted

TURNED_ON = "TURNED_ON"
MAX_REASONS = 20  # a status that differs in each row must not fill a page with megabytes
OTHER_REASONS = "other reasons"

Row = dict[str, Any]  # column -> value; a missing value is a missing key

_NUMBER = r"(-?\d{1,3}(?:\.\d+)?)"
_LATITUDE_FIRST = re.compile(rf"\({_NUMBER},\s*{_NUMBER}\)")  # "(30.26, -97.73)" in exports of 2018
_POINT = re.compile(rf"POINT \({_NUMBER} {_NUMBER}\)")  # longitude first, in today's exports


class Skip(Exception):
    """A row makes no camera."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason + detail)
        self.reason = reason  # the same for all rows that are skipped for it
        self.detail = detail  # of this row


@dataclass
class JoinResult:
    """The cameras of a list, and what made none."""

    cameras: list[Camera] = field(default_factory=list)
    skipped: dict[str, list[str]] = field(default_factory=dict)  # reason -> ids; at most MAX_REASONS and OTHER_REASONS
    unlisted: list[str] = field(default_factory=list)  # ids of the private CSV that no row has

    def skip(self, id: str, skip: Skip) -> None:
        if skip.reason in self.skipped or len(self.skipped) < MAX_REASONS:
            self.skipped.setdefault(skip.reason, []).append(f"{id}{skip.detail}")
        else:
            self.skipped.setdefault(OTHER_REASONS, []).append(f"{id} {skip}")


def join(rows: Iterable[Row], overrides: Mapping[str, Override], logins: Logins, address_column: str) -> JoinResult:
    """Of several rows with the same id the first is used. For the parameters see `to_camera`."""
    result = JoinResult()
    seen: set[str] = set()
    unlisted = set(overrides)
    for row in rows:
        id = camera_id(row)
        unlisted.discard(id)
        try:
            camera = to_camera(row, overrides.get(id, NO_OVERRIDE), logins, address_column)
            if id in seen:
                raise Skip("duplicate id")
        except Skip as skip:
            result.skip(printable(id) or "no id", skip)
        else:
            seen.add(id)
            result.cameras.append(camera)
    result.unlisted = sorted(unlisted)
    return result


def to_camera(row: Row, override: Override, logins: Logins, address_column: str, check_status: bool = True) -> Camera:
    """The camera of `row`; what `override` gives takes precedence. Skip says why there is none.

    `logins` are for cameras without one in `override`, and `address_column` is the column of the address. Without
    `check_status` the camera may have any status.
    """
    _check_served(row, override, check_status)
    make = _make(override.make or _text(row, "camera_mfg"))
    if make.name == GENERIC and not override.path:
        raise Skip("make Generic without a path in CAMERA_ADDRESSES")
    longitude, latitude = _coordinates(row)
    return Camera(
        id=camera_id(row),
        make=make.name,
        address=override.address or _address(row, address_column),
        login=override.login or logins.for_make(make.prefix),
        path=override.path,
        place=" ".join(_text(row, "location_name").split())[:200],
        longitude=longitude,
        latitude=latitude,
    )


def camera_id(row: Row) -> str:
    """Empty if the row has none. It may be invalid: only `to_camera` checks it."""
    return _text(row, "camera_id")


def _check_served(row: Row, override: Override, check_status: bool) -> None:
    status = _text(row, "camera_status")
    if not ID.fullmatch(camera_id(row)):
        raise Skip("bad id")
    if check_status and status != TURNED_ON:
        raise Skip(f"status {quoted(status)}" if status else "no status")
    if not override.publish:
        raise Skip("publish=no in CAMERA_ADDRESSES")


def _make(spelling: str) -> Make:
    if not spelling:
        raise Skip("no make")
    try:
        return find_make(spelling)
    except UnknownMake:
        raise Skip("unknown make", f" {quoted(spelling)}") from None


def _address(row: Row, column: str) -> Address:
    text = _text(row, column)
    if not text:
        raise Skip("no address")
    try:
        return Address.parse(text)
    except ValueError:  # the address is private: the log names only the camera
        raise Skip(f"bad address in {column}") from None


def _text(row: Row, key: str) -> str:
    """Empty if missing; anything but text or a whole number counts as missing."""
    value = row.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).encode(errors="replace").decode().strip()  # half a surrogate pair cannot be encoded


def _coordinates(row: Row) -> tuple[float, float] | tuple[None, None]:
    """(longitude, latitude) in degrees, from a GeoJSON point or the text of an export; (None, None) if invalid."""
    match row.get("location"):
        case {"coordinates": [longitude, latitude, *_]} if {type(longitude), type(latitude)} <= {int, float}:
            pass
        case str(text) if point := _POINT.fullmatch(text.strip()):
            longitude, latitude = float(point[1]), float(point[2])
        case str(text) if pair := _LATITUDE_FIRST.fullmatch(text.strip()):
            longitude, latitude = float(pair[2]), float(pair[1])
        case _:
            return None, None
    if not (abs(longitude) <= 180 and abs(latitude) <= 90):  # also excludes NaN
        return None, None
    return float(longitude), float(latitude)
