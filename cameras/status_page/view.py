"""What the page says of a camera and of the fleet, as plain values: for the templates and for /status.json."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote as url_quoted

from cameras.text import human_readable
from cameras.watch.fleet import Fleet
from cameras.watch.status import Outcome, Status

ORDER = ("failing", "stopped", "waiting", "live")
MAP_WIDTH = 1000.0  # of the map's own units


@dataclass(frozen=True)
class Filter:
    """Which cameras to show; a blank lets all through. `text` is looked for in id, place, make and error."""

    state: str = ""
    make: str = ""
    error: str = ""
    text: str = ""

    def matches(self, camera: dict[str, Any]) -> bool:
        shown = f"{camera['id']} {camera['place']} {camera['make']} {camera['error'] or ''}".lower()
        return (
            self.state in ("", camera["state"], "frozen" if camera["frozen"] else "")
            and self.make in ("", camera["make"])
            and self.error in ("", camera["error_name"])
            and self.text.lower() in shown
        )


@dataclass(frozen=True)
class PageModel:
    """`pictures` is what a picture's URL begins with, such as https://example.org or "" for this server itself; None
    when there is no way to see them. Addresses are told only on request."""

    fleet: Fleet
    pictures: str | None
    addresses: bool = False

    def camera(self, status: Status, outcomes: bool = True) -> dict[str, Any]:
        """One camera as /status.json gives it; times are ISO 8601 in UTC."""
        camera = status.camera
        return {
            "id": camera.id,
            "place": camera.place,
            "make": camera.make,
            "longitude": camera.longitude,
            "latitude": camera.latitude,
            "state": status.state,
            "shown": status.shown,
            "image": self._image(status),
            "error_name": type(status.error).__name__ if status.error else None,
            "error": str(status.error) if status.error else None,
            "failures": status.failures,
            "failing_since": _iso(status.failing_since),
            "last_live": _iso(status.last_live),
            "next_try": _iso(status.next_attempt),
            "frozen": status.frozen,
            "outcomes": [_outcome(each) for each in status.outcomes] if outcomes else [],
            **({"address": str(camera.address)} if self.addresses else {}),
        }

    def _image(self, status: Status) -> str | None:
        """The picture's URL, another one for each picture, so that a browser keeps what it has until there is a new."""
        if self.pictures is None or not status.shown_at:
            return None
        return f"{self.pictures}/image/{url_quoted(status.camera.id)}.jpg?v={status.shown_at.timestamp():.0f}"

    def status_json(self, outcomes: bool = True) -> dict[str, Any]:
        """All of /status.json; the wall does without the cameras' outcomes."""
        fleet, uploads = self.fleet, self.fleet.uploads
        return {
            "at": _iso(fleet.now()),
            "started": _iso(fleet.started),
            "interval": fleet.interval,
            "counts": {**fleet.counts(), "frozen": sum(status.frozen for status in fleet.statuses)},
            "errors": dict(fleet.reasons()),
            "problems": fleet.problems(),
            "pictures_shown": self.pictures is not None,
            "store": {"name": str(uploads.store), "error": str(uploads.error) if uploads.error else None},
            "camera_list": {
                "saved": _iso(fleet.camera_list.saved),
                "kept": fleet.camera_list.from_cache,
                "left_out": {reason: len(ids) for reason, ids in fleet.camera_list.skipped.items()},
            },
            "cameras": [self.camera(status, outcomes) for status in fleet.statuses],
        }

    def ago(self, moment: str | None) -> str:
        """`12 min ago`, from an ISO time."""
        return human_readable(self.fleet.now() - datetime.fromisoformat(moment)) + " ago" if moment else "never"

    def ahead(self, moment: str | None) -> str:
        """`in 40 s`; `now` when it is due, or its time is not yet known."""
        wait = datetime.fromisoformat(moment) - self.fleet.now() if moment else timedelta(0)
        return f"in {human_readable(wait)}" if wait.total_seconds() > 0 else "now"


def group_by_state(cameras: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """(state, cameras) in the order in which an operator wants them; the longest dark come first."""
    by_state = {state: [camera for camera in cameras if camera["state"] == state] for state in ORDER}
    for state in ("failing", "stopped"):
        by_state[state].sort(key=lambda camera: camera["failing_since"] or "~")  # never dark: last
    by_state["live"].sort(key=lambda camera: not camera["frozen"])
    return [(state, members) for state, members in by_state.items() if members]


@dataclass(frozen=True)
class Map:
    """`dots` are (x, y, camera) in units of the map, `height` how high it is when MAP_WIDTH wide."""

    height: float
    dots: list[tuple[float, float, dict[str, Any]]]


def build_map(cameras: list[dict[str, Any]]) -> Map | None:
    """Equirectangular, true to shape at the fleet's middle latitude; dark cameras are drawn last, on top."""
    placed = [camera for camera in cameras if camera["longitude"] is not None]
    if not placed:
        return None
    west, east = _bounds([camera["longitude"] for camera in placed])
    south, north = _bounds([camera["latitude"] for camera in placed])
    narrowing = max(0.1, math.cos(math.radians((south + north) / 2)))  # of a degree of longitude, away from the equator
    stretch = min(MAP_WIDTH / (east - west) / narrowing, 2 * MAP_WIDTH / (north - south))
    scale = stretch * narrowing
    placed.sort(key=lambda camera: ORDER.index(camera["state"]), reverse=True)
    dots = [
        (round((each["longitude"] - west) * scale, 1), round((north - each["latitude"]) * stretch, 1), each)
        for each in placed
    ]
    return Map(round((north - south) * stretch, 1), dots)


def _bounds(values: list[float]) -> tuple[float, float]:
    """A little wider than the values, and never empty."""
    margin = max((max(values) - min(values)) * 0.03, 0.002)
    return min(values) - margin, max(values) + margin


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {**outcome._asdict(), "at": _iso(outcome.at), "seconds": round(outcome.seconds, 3)}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
