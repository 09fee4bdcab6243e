"""Many pretend cameras with the real places of Austin, some of them ailing and recovering by a script."""

import asyncio
import csv
import itertools
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from cameras.makes import all_makes
from cameras.simulator.pretend import PretendCamera

AUSTIN = Path(__file__).with_name("austin.csv")  # rows of dataset b4k4-adkb that were turned on (2018 and 2026)
OTHERS = 4  # every so many-th camera is of a make that Austin does not have


class Spell(NamedTuple):
    """Of every `round` seconds the camera has `ailment` for the first `sick`."""

    ailment: str
    sick: float
    round: float


FOR_EVER = float("inf")
SCRIPT = {  # position in the fleet, modulo 40; spells are counted in intervals
    2: Spell("off", 3, 9),
    9: Spell("cut off", 2, 7),
    15: Spell("wrong password", FOR_EVER, FOR_EVER),
    22: Spell("HTML page", 3, 10),
    29: Spell("hangs", 2, 8),
    34: Spell("busy", 1, 5),
    37: Spell("wrong make", FOR_EVER, FOR_EVER),
}


class Fleet:
    """`count` running pretend cameras; use in `async with`. `interval` is the daemon's, in seconds."""

    def __init__(self, count: int, interval: float) -> None:
        self.interval = interval
        self.rows = list(itertools.islice(_rows(count), count))
        foreign = itertools.cycle(make.name for make in all_makes())
        self.cameras = [
            PretendCamera(
                next(foreign) if position % OTHERS == 0 else row["Camera Manufacturer"],
                row["Camera ID"],
                row["Location Name"],
            )
            for position, row in enumerate(self.rows)
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
                    camera.ailment = spell.ailment if elapsed % spell.round < spell.sick else ""
            await asyncio.sleep(self.interval / 20)

    def write(self, folder: Path) -> tuple[Path, Path]:
        """The fleet as CAMERA_LIST and CAMERA_ADDRESSES want it: two CSV files in `folder`."""
        listed, addresses = folder / "cameras.csv", folder / "addresses.csv"
        _write(listed, [list(self.rows[0]), *(list(row.values()) for row in self.rows)])
        lines = [
            [each.id, f"127.0.0.1:{each.port}", each.make, each.gate.username, each.gate.password, _path(each)]
            for each in self.cameras
        ]
        _write(addresses, [["camera_id", "address", "make", "username", "password", "path"], *lines])
        return listed, addresses


def _rows(count: int) -> Iterator[dict[str, str]]:
    """Spread evenly over Austin; once all are used, again with other ids."""
    with AUSTIN.open(encoding="utf-8", newline="") as file:
        austin = list(csv.DictReader(file))
    step = max(1, len(austin) // count)
    for round in itertools.count():
        for row in austin[::step]:
            yield {**row, "Camera ID": str(int(row["Camera ID"]) + 10_000 * round)}


def _path(camera: PretendCamera) -> str:
    return "/still.jpg" if camera.make == "Generic" else ""


def _write(path: Path, lines: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)
