from dataclasses import replace
from datetime import timedelta

from cameras.camera import Address, Camera
from cameras.errors import Unreachable
from cameras.service import Metrics
from cameras.store import Uploads
from cameras.watch import report, status_json
from tests.fakes import Clock, MemoryStore, fleet_of


def test_longest_offline_is_first_and_text_from_the_dataset_is_escaped() -> None:
    clock = Clock()
    cameras = [Camera(id, "Axis", Address("10.0.0.1"), place=f"{id} ST\x1b[2J") for id in ("1", "2", "3")]
    fleet = fleet_of(cameras, Uploads(MemoryStore(), 300, Metrics()), clock)
    fleet.camera_list = replace(fleet.camera_list, files_problem="line 2: no address")
    for status, minutes in zip(fleet.statuses[1:], (5, 180), strict=True):
        status.error, status.failing_since = Unreachable("refused"), clock() - timedelta(minutes=minutes)
    lines = list(report(status_json(fleet)))
    assert lines[3] == "problem: private files: line 2: no address"
    assert lines[4].startswith(
        "3 (Axis, 3 ST\\x1b[2J): failing for 3.0 hours, since 2026-03-05 11:00 UTC: unreachable ("
    )
    assert lines[5].startswith("2 (Axis, 2 ST\\x1b[2J): failing for 5 min, since 2026-03-05 13:55 UTC: unreachable (")
