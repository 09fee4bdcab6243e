"""Healthy cameras beside faulty ones."""

import tempfile
from collections.abc import AsyncIterator
from math import inf
from pathlib import Path

from cameras.camera import Camera
from cameras.errors import TooLarge
from cameras.simulator.faults import FAULTS
from cameras.store import FolderStore
from tests.proof.fleet_process import MEMORY, fleet_process
from tests.proof.measured import MeasuredFleet, measured_fleet
from tests.proof.resources import Resources, check_no_growth, reset_peak, resources, settled
from tests.proof.result import Result, result

MAX_BLOCKED = 100  # milliseconds of CPU time, p99: no camera may keep the event loop from the others for longer


async def fleet(
    healthy: int, faulty: int, interval: float, cycles: int, timeout: float, slack: float = inf
) -> AsyncIterator[Result]:
    """The healthy cameras alone, then with all faults beside them, in one run.

    `slack`: by so many milliseconds the p99 of lateness may grow. It makes sense on an otherwise idle machine.
    """
    names = list(FAULTS)
    with fleet_process(healthy, [names[number % len(names)] for number in range(faulty)]) as servers:
        alone, before, after = await _cycles("healthy cameras alone", servers.healthy, [], interval, cycles, timeout)
        yield alone
        check_no_growth(before, after)
        beside, before, after = await _cycles(
            "the same beside faulty ones", servers.healthy, servers.faulty, interval, cycles, timeout
        )
        yield beside
        check_no_growth(before, after, bodies=sum(FAULTS[fault].error is TooLarge for _, fault in servers.faulty))
    assert beside.late_p99 <= alone.late_p99 + slack, (alone, beside)


async def _cycles(
    scenario: str,
    healthy: list[Camera],
    faulty: list[tuple[Camera, str]],
    interval: float,
    cycles: int,
    timeout: float,
) -> tuple[Result, Resources, Resources]:
    """The first cycle is the warm-up."""
    cameras = [*healthy, *[camera for camera, _ in faulty]]
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        async with measured_fleet(cameras, FolderStore(Path(folder)), interval, timeout) as fleet:
            start = resources()
            await fleet.warm_up()
            before = await settled(start)
            reset_peak()
            await fleet.watch(
                lambda position: fleet.slots(position, interval, cycles - 1, healthy=position < len(healthy))
            )
            after = await settled(before)
    served = sum(fleet.store.puts[camera.id, "live"] for camera in healthy)
    assert fleet.blocked_for(0.99) <= MAX_BLOCKED, fleet.blocked_for(0.99)
    name = f"{scenario} ({len(healthy)}+{len(faulty)})"
    row = result(name, len(healthy) * cycles, served, fleet, _wrong(fleet, faulty), before, after)
    return row, before, after


def _wrong(fleet: MeasuredFleet, faulty: list[tuple[Camera, str]]) -> int:
    """How many cameras are in the wrong state: healthy ones not live, or faulty ones not as their fault demands."""
    states = {status.camera.id: status for status in fleet.fleet.statuses}
    wrong = 0
    for camera, fault in faulty:
        status, expected = states[camera.id], FAULTS[fault].error
        if expected:
            right = type(status.error) is expected and fleet.store.puts[camera.id, "fallback"] == 1
            right &= status.stopped == (
                status.failures == fleet.watcher.max_failures
                or status.login_failures == fleet.watcher.max_login_failures
            )
        else:
            right = status.state == "live"
        wrong += not right
    return wrong + sum(status.state != "live" for status in fleet.fleet.statuses[: -len(faulty) or None])
