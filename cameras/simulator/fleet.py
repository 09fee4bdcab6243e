"""Many simulated cameras with real places in Austin, some of them failing and recovering on a schedule."""

import asyncio
import csv
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from cameras.makes import all_makes
from cameras.simulator.camera import SimulatedCamera

AUSTIN_CSV = Path(__file__).with_name("austin.csv")  # rows of dataset b4k4-adkb that were turned on (2018 and 2026)
EXTRA_MAKE_EVERY = 4  # every so many-th camera is of a make that Austin does not have


class FaultSchedule(NamedTuple):
    """When a camera has a fault; times are in intervals of the fleet."""

    fault: str
    duration: float  # the fault lasts so long
    period: float  # and comes back so long after it began

    def apply(self, camera: SimulatedCamera, elapsed: float) -> None:
        """Give `camera` the fault, or none, as it is `elapsed` intervals after the start."""
        is_faulty = elapsed % self.period < self.duration
        if self.fault == FROZEN:
            camera.still = (camera.still or camera.picture()) if is_faulty else b""
        else:
            camera.fault = self.fault if is_faulty else ""


ALWAYS = float("inf")
FROZEN = "frozen"  # not in FAULTS: the camera sends the same picture again and again
SCHEDULES = {  # by position in the fleet, modulo 40
    2: FaultSchedule("off", 3, 9),
    9: FaultSchedule("cut off", 2, 7),
    15: FaultSchedule("wrong password", ALWAYS, ALWAYS),
    22: FaultSchedule("HTML page", 3, 10),
    26: FaultSchedule(FROZEN, 7, 14),
    29: FaultSchedule("hangs", 2, 8),
    34: FaultSchedule("busy", 1, 5),
    37: FaultSchedule("wrong make", ALWAYS, ALWAYS),
}


@dataclass(frozen=True)
class DatasetRow:
    """One camera of Austin's dataset."""

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
    repeated = (divmod(number, len(chosen)) for number in range(count))
    return [replace(chosen[place], id=str(int(chosen[place].id) + lap * 10_000)) for lap, place in repeated]


@dataclass(frozen=True)
class SimulatedFleet:
    """Running cameras, and their rows of the dataset in the same order."""

    rows: list[DatasetRow]
    cameras: list[SimulatedCamera]

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write the files for CAMERA_LIST and CAMERA_ADDRESSES into `folder`; returns their paths."""
        listed, addresses = folder / "cameras.csv", folder / "addresses.csv"
        rows = [
            [row.id, row.place, "TURNED_ON", row.make, f"POINT ({row.longitude} {row.latitude})"] for row in self.rows
        ]
        _write(listed, [["Camera ID", "Location Name", "Camera Status", "Camera Manufacturer", "Location"], *rows])
        header = ["camera_id", "address", "make", "username", "password", "path"]
        _write(addresses, [header, *map(_address_row, self.cameras)])
        return listed, addresses


@asynccontextmanager
async def simulated_fleet(count: int, interval: float) -> AsyncIterator[SimulatedFleet]:
    """`count` cameras that run while the context is open; `interval` is the service's, in seconds."""
    rows = austin(count)
    extra_makes = itertools.cycle(make.name for make in all_makes())
    async with AsyncExitStack() as stack:
        cameras = []
        for position, row in enumerate(rows):
            make = next(extra_makes) if position % EXTRA_MAKE_EVERY == 0 else row.make
            cameras.append(await stack.enter_async_context(SimulatedCamera(make, row.id, row.place)))
        faults = asyncio.create_task(_play_faults(cameras, interval))  # a TaskGroup would wrap the caller's errors
        try:
            yield SimulatedFleet(rows, cameras)
        finally:
            faults.cancel()
            with suppress(asyncio.CancelledError):
                await faults


async def _play_faults(cameras: list[SimulatedCamera], interval: float) -> None:
    start = time.monotonic()
    while True:
        elapsed = (time.monotonic() - start) / interval
        for position, camera in enumerate(cameras):
            if schedule := SCHEDULES.get(position % 40):
                schedule.apply(camera, elapsed)
        await asyncio.sleep(interval / 20)


def _address_row(camera: SimulatedCamera) -> list[str]:
    path = "/still.jpg" if camera.make == "Generic" else ""
    login = camera.login_check
    return [camera.id, f"127.0.0.1:{camera.port}", camera.make, login.username, login.password, path]


def _write(path: Path, lines: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)
