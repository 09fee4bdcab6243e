"""Where each camera is drawn on the map."""

import math
from dataclasses import dataclass
from typing import NamedTuple

from cameras.watch import Status

WIDTH = 1000.0  # of the map, in its own units
ORDER = ("live", "waiting", "stopped", "failing")  # drawn one over another, offline cameras on top


class Dot(NamedTuple):
    """A camera's position, from the map's top left corner."""

    x: float
    y: float
    status: Status


@dataclass(frozen=True)
class Map:
    height: float  # when WIDTH wide
    dots: list[Dot]  # in drawing order


def build_map(statuses: list[Status]) -> Map | None:
    """The cameras that have coordinates; None if there are none.

    The projection is equirectangular, true to shape at the middle latitude. The map is at most twice as high as wide.
    """
    places = [(status, *place) for status in statuses if (place := _place(status))]
    if not places:
        return None
    west, east = _bounds([longitude for _, longitude, _ in places])
    south, north = _bounds([latitude for _, _, latitude in places])
    narrowing = max(0.1, math.cos(math.radians((south + north) / 2)))  # of a degree of longitude, against the equator
    y_scale = min(WIDTH / (east - west) / narrowing, 2 * WIDTH / (north - south))
    x_scale = y_scale * narrowing
    places.sort(key=lambda place: ORDER.index(place[0].state))
    dots = [
        Dot(round((longitude - west) * x_scale, 1), round((north - latitude) * y_scale, 1), status)
        for status, longitude, latitude in places
    ]
    return Map(round((north - south) * y_scale, 1), dots)


def _place(status: Status) -> tuple[float, float] | None:
    longitude, latitude = status.camera.longitude, status.camera.latitude
    return None if longitude is None or latitude is None else (longitude, latitude)


def _bounds(values: list[float]) -> tuple[float, float]:
    """A little wider than the values, and never empty."""
    margin = max((max(values) - min(values)) * 0.03, 0.002)
    return min(values) - margin, max(values) + margin
