"""Healthy cameras beside ailing ones."""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from cameras.camera import Camera
from cameras.simulator.faults import FAULTS
from cameras.store.folder import FolderStore
from tests.proof.elsewhere import MEMORY, elsewhere
from tests.proof.row import Resources, Row, check_kept, figures, held
from tests.proof.watching import Watched, forget_peak, watching

SLACK = 100  # milliseconds, between two measurements on a machine that others use as well


async def fleet(healthy: int, ailing: int, interval: float, cycles: int) -> AsyncIterator[Row]:
    """The healthy ones alone, then with all faults beside them, in one run."""
    names = list(FAULTS)
    with elsewhere(healthy, [names[number % len(names)] for number in range(ailing)]) as there:
        alone, before, after = await _cycles("healthy cameras alone", there.healthy, [], interval, cycles)
        yield alone
        check_kept(before, after)
        beside, before, after = await _cycles("the same beside ailing", there.healthy, there.ailing, interval, cycles)
        yield beside
        check_kept(before, after)
    assert beside.late_p99 <= alone.late_p99 + SLACK, (alone, beside)


async def _cycles(
    scenario: str, healthy: list[Camera], ailing: list[tuple[Camera, str]], interval: float, cycles: int
) -> tuple[Row, Resources, Resources]:
    """The first cycle is the warm-up."""
    cameras = [*healthy, *[camera for camera, _ in ailing]]
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        async with watching(cameras, FolderStore(Path(folder)), interval, interval * 0.8) as watched:
            await watched.warm_up()
            before = await held()
            forget_peak()
            await watched.watch(lambda place: watched.slots(place, interval, cycles - 1, healthy=place < len(healthy)))
            after = await held()
    served = sum(watched.store.puts[camera.id, "live"] for camera in healthy)
    name = f"{scenario} ({len(healthy)}+{len(ailing)})"
    row = figures(name, len(healthy) * cycles, served, watched, _wrong(watched, ailing), before, after)
    return row, before, after


def _wrong(watched: Watched, ailing: list[tuple[Camera, str]]) -> int:
    """How many cameras are not as their fault wants it: its error, the fallback put once, stopped by the rule; or
    else live."""
    states = {status.camera.id: status for status in watched.fleet.statuses}
    wrong = 0
    for camera, fault in ailing:
        status, expected = states[camera.id], FAULTS[fault].error
        if expected:
            right = type(status.error) is expected and watched.store.puts[camera.id, "fallback"] == 1
            right &= status.stopped == (
                status.failures == watched.watcher.max_failures
                or status.login_failures == watched.watcher.max_login_failures
            )
        else:
            right = status.state == "live"
        wrong += not right
    return wrong + sum(status.state != "live" for status in watched.fleet.statuses[: -len(ailing) or None])
