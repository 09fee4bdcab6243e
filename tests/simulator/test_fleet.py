import asyncio
import csv
from pathlib import Path

import pytest

from cameras.simulator.camera import SimulatedCamera
from cameras.simulator.fleet import FROZEN, FaultSchedule, SimulatedFleet, austin, simulated_fleet


def test_fleet_can_be_larger_than_the_austin_list(tmp_path: Path) -> None:
    rows = austin(1000)
    fleet = SimulatedFleet(rows, [SimulatedCamera(row.make, row.id) for row in rows])
    listed, addresses = fleet.write(tmp_path)
    ids = [row["Camera ID"] for row in csv.DictReader(listed.read_text().splitlines())]
    assert len(set(ids)) == 1000
    assert len(addresses.read_text().splitlines()) == 1001


def test_frozen_camera_sends_the_same_picture_until_it_recovers() -> None:
    camera, schedule = SimulatedCamera("Axis"), FaultSchedule(FROZEN, duration=1, period=2)
    schedule.apply(camera, 0.5)
    frozen = camera.picture()
    schedule.apply(camera, 0.9)
    assert camera.picture() == frozen
    schedule.apply(camera, 1.5)
    assert camera.still == b""


async def test_cameras_of_a_fleet_have_their_scheduled_faults() -> None:
    async with simulated_fleet(40, interval=0.2) as fleet, asyncio.timeout(30):
        while fleet.cameras[37].fault != "wrong make":  # noqa: ASYNC110  the fleet does not announce it
            await asyncio.sleep(0.01)
        assert fleet.cameras[0].fault == ""
        assert len({camera.port for camera in fleet.cameras} - {0}) == 40


async def test_error_within_a_running_fleet_is_not_wrapped() -> None:
    with pytest.raises(LookupError):
        async with simulated_fleet(1, interval=10):
            raise LookupError
