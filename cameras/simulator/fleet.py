"""Many pretend cameras with the real places of Austin, some of them ailing and recovering by a script."""

import asyncio
import csv
import itertools
import time
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from cameras.makes import all_makes
from cameras.simulator.camera import SimulatedCamera

AUSTIN_CSV = Path(__file__).with_name("austin.csv")  # rows of dataset b4k4-adkb that were turned on (2018 and 2026)
EXTRA_MAKE_EVERY = 4  # every so many-th camera is of a make that Austin does not have


class FaultSchedule(NamedTuple):
    """Of every `round` seconds the camera has `fault` for the first `sick`."""

    fault: str
    sick: float
    round: float


FOR_EVER = float("inf")
FROZEN = "frozen"  # no fault of the list: it gives a picture, but always the same
SCRIPT = {  # position in the fleet, modulo 40; spells are counted in intervals
    2: FaultSchedule("off", 3, 9),
    9: FaultSchedule("cut off", 2, 7),
    15: FaultSchedule("wrong password", FOR_EVER, FOR_EVER),
    22: FaultSchedule("HTML page", 3, 10),
    26: FaultSchedule(FROZEN, 7, 14),
    29: FaultSchedule("hangs", 2, 8),
    34: FaultSchedule("busy", 1, 5),
    37: FaultSchedule("wrong make", FOR_EVER, FOR_EVER),
}


class DatasetRow(NamedTuple):
    """A row of the dataset."""

    id: str
    place: str
    make: str
    longitude: float
    latitude: float


def austin(count: int) -> list[DatasetRow]:
    """`count` cameras, spread evenly over Austin; once all are used, again with other ids."""
    with AUSTIN_CSV.open(encoding="utf-8", newline="") as file:
        rows = [
            DatasetRow(id, place, make, float(longitude), float(latitude))
            for id, place, make, longitude, latitude in itertools.islice(csv.reader(file), 1, None)
        ]
    chosen = rows[:: max(1, len(rows) // count)]
    return [
        chosen[number % len(chosen)]._replace(
            id=str(int(chosen[number % len(chosen)].id) + number // len(chosen) * 10_000)
        )
        for number in range(count)
    ]


class SimulatedFleet:
    """`count` running pretend cameras; use in `async with`. `interval` is the daemon's, in seconds."""

    def __init__(self, count: int, interval: float) -> None:
        self.interval = interval
        self.places = austin(count)
        foreign = itertools.cycle(make.name for make in all_makes())
        self.cameras = [
            SimulatedCamera(next(foreign) if position % EXTRA_MAKE_EVERY == 0 else place.make, place.id, place.place)
            for position, place in enumerate(self.places)
        ]

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            for camera in self.cameras:
                await stack.enter_async_context(camera)
            self._open = stack.pop_all()
        self._playing = asyncio.create_task(self._play())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._playing.cancel()
        await self._open.aclose()

    async def _play(self) -> None:
        start = time.monotonic()
        while True:
            elapsed = (time.monotonic() - start) / self.interval
            for position, camera in enumerate(self.cameras):
                if spell := SCRIPT.get(position % 40):
                    _apply(spell, camera, elapsed)
            await asyncio.sleep(self.interval / 20)

    def write(self, folder: Path) -> tuple[Path, Path]:
        """The fleet as CAMERA_LIST and CAMERA_ADDRESSES want it: two CSV files in `folder`."""
        listed, addresses = folder / "cameras.csv", folder / "addresses.csv"
        rows = [[each.id, each.place, "TURNED_ON", each.make, _point(each)] for each in self.places]
        _write(listed, [["Camera ID", "Location Name", "Camera Status", "Camera Manufacturer", "Location"], *rows])
        lines = [
            [
                each.id,
                f"127.0.0.1:{each.port}",
                each.make,
                each.login_check.username,
                each.login_check.password,
                _path(each),
            ]
            for each in self.cameras
        ]
        _write(addresses, [["camera_id", "address", "make", "username", "password", "path"], *lines])
        return listed, addresses


def _apply(spell: FaultSchedule, camera: SimulatedCamera, elapsed: float) -> None:
    """`elapsed` in intervals."""
    sick = elapsed % spell.round < spell.sick
    if spell.fault == FROZEN:
        camera.still = (camera.still or camera.picture()) if sick else b""
    else:
        camera.fault = spell.fault if sick else ""


def _point(place: DatasetRow) -> str:
    return f"POINT ({place.longitude} {place.latitude})"


def _path(camera: SimulatedCamera) -> str:
    return "/still.jpg" if camera.make == "Generic" else ""


def _write(path: Path, lines: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)
