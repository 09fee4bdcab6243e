"""The fleet as one JSON object, for the page and for commands. Times are ISO 8601 in UTC."""

from collections.abc import Callable
from datetime import datetime
from typing import NotRequired, TypedDict

from cameras import __version__
from cameras.watch.fleet import Fleet
from cameras.watch.status import Outcome, State, Status


class AttemptJson(TypedDict):
    at: str
    result: str
    text: str
    seconds: float
    size: int


class CameraJson(TypedDict):
    id: str
    place: str
    make: str
    longitude: float | None
    latitude: float | None
    state: State
    shown: str | None
    image: str | None
    error_name: str | None
    error: str | None
    failures: int
    locked_until: str | None
    failing_since: str | None
    last_live: str | None
    next_attempt: str | None
    frozen: bool
    attempts: list[AttemptJson]
    address: NotRequired[str]


class StoreJson(TypedDict):
    name: str
    error: str | None


class CameraListJson(TypedDict):
    saved: str
    cached: bool
    problem: str | None
    files_problem: str | None
    skipped: dict[str, int]


class StatusJson(TypedDict):
    version: str
    at: str
    started: str
    interval: float
    counts: dict[str, int]
    errors: dict[str, int]
    problems: list[str]
    pictures_shown: bool
    store: StoreJson
    camera_list: CameraListJson
    cameras: list[CameraJson]


def status_json(
    fleet: Fleet, picture_url: Callable[[Status], str | None] | None = None, show_addresses: bool = False
) -> StatusJson:
    """docs/operations.md explains the keys. `picture_url` gives where a camera's picture can be seen, if anywhere."""
    uploads, camera_list = fleet.uploads, fleet.camera_list
    return {
        "version": __version__,
        "at": _iso(fleet.now()),
        "started": _iso(fleet.started),
        "interval": fleet.interval,
        "counts": {**{str(state): count for state, count in fleet.counts().items()}, "frozen": fleet.frozen},
        "errors": dict(fleet.reasons()),
        "problems": fleet.problems(),
        "pictures_shown": picture_url is not None,
        "store": {"name": str(uploads.store), "error": str(uploads.error) if uploads.error else None},
        "camera_list": {
            "saved": _iso(camera_list.saved),
            "cached": camera_list.from_cache,
            "problem": camera_list.problem or None,
            "files_problem": camera_list.files_problem or None,
            "skipped": {reason: len(ids) for reason, ids in camera_list.skipped.items()},
        },
        "cameras": [_camera(status, picture_url, show_addresses) for status in fleet.statuses],
    }


def _camera(status: Status, picture_url: Callable[[Status], str | None] | None, show_addresses: bool) -> CameraJson:
    camera, error = status.camera, status.error
    entry: CameraJson = {
        "id": camera.id,
        "place": camera.place,
        "make": camera.make,
        "longitude": camera.longitude,
        "latitude": camera.latitude,
        "state": status.state,
        "shown": status.shown,
        "image": picture_url(status) if picture_url else None,
        "error_name": type(error).__name__ if error else None,
        "error": str(error) if error else None,
        "failures": status.failures,
        "locked_until": _iso_or_none(status.locked_until),
        "failing_since": _iso_or_none(status.failing_since),
        "last_live": _iso_or_none(status.last_live),
        "next_attempt": _iso_or_none(status.next_attempt),
        "frozen": status.frozen,
        "attempts": [_attempt(outcome) for outcome in status.outcomes],
    }
    if show_addresses:
        entry["address"] = str(camera.address)
    return entry


def _attempt(outcome: Outcome) -> AttemptJson:
    return {
        "at": _iso(outcome.at),
        "result": outcome.result,
        "text": outcome.text,
        "seconds": round(outcome.seconds, 3),
        "size": outcome.size,
    }


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _iso_or_none(moment: datetime | None) -> str | None:
    return _iso(moment) if moment else None
