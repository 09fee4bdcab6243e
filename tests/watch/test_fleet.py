from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from cameras.camera import Address, Camera
from cameras.camera_list import CameraList
from cameras.errors import LoginRejected, StoreError, Unreachable
from cameras.service.metrics import Metrics
from cameras.store import Shown, Upload, Uploads
from cameras.watch import FROZEN_AFTER, Fleet, Outage, Status
from tests.fakes import Clock, MemoryStore


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def fleet(clock: Clock) -> Fleet:
    """Six cameras: two live, one of them frozen; two failing; one stopped; one waiting."""
    cameras = [Camera(str(number), "Axis" if number else "Bosch", Address("10.0.0.1")) for number in range(6)]
    listed = CameraList(cameras, {"no address": ["77"]}, clock())
    by_id = {camera.id: Status(camera) for camera in cameras}
    uploads = Uploads(MemoryStore(), 300, Metrics(), clock.seconds)
    fleet = Fleet(listed, by_id, uploads, Outage(clock), 300, clock)
    for status in fleet.statuses[:3]:
        status.last_live = clock()
    fleet.statuses[0].identical = FROZEN_AFTER
    fleet.statuses[2].error = fleet.statuses[3].error = Unreachable("connection refused")
    fleet.statuses[4].error, fleet.statuses[4].stopped = LoginRejected("401 after Basic"), True
    return fleet


def _upload(fleet: Fleet, kind: Shown) -> Upload:
    return Upload(fleet.statuses[0].camera, b"", kind, fleet.now(), fleet.now())


def test_summary_counts_states_and_reasons(fleet: Fleet) -> None:
    line = "live 2, failing 2, stopped 1, waiting 1, frozen 1 (Unreachable 2, LoginRejected 1)"
    assert fleet.summary() == line
    fleet.uploads.error, fleet.uploads.failed = StoreError("out"), 7
    assert fleet.summary() == f"{line}; uploads are failing, 7 so far"


def test_status_line_counts_every_state_and_names_problems(fleet: Fleet) -> None:
    assert fleet.status_line() == "2 live, 2 failing, 1 stopped, 1 waiting"
    assert fleet.counts() == {"failing": 2, "stopped": 1, "live": 2, "waiting": 1}
    fleet.statuses[5].last_live = fleet.now()
    fleet.uploads.error = StoreError("bucket: SlowDown; wait")
    assert fleet.status_line() == "3 live, 2 failing, 1 stopped, 0 waiting; uploads are failing: bucket: SlowDown; wait"


def test_fleet_whose_cycles_no_longer_begin_has_stalled(fleet: Fleet) -> None:
    time = fleet.clock()
    fleet.clock = lambda: time
    for status in fleet.statuses:
        status.last_tick = time - 601
    assert fleet.stalled() == "no camera was polled for 10 min; restart the service"
    fleet.statuses[0].last_tick = time - 599
    assert fleet.stalled() == ""


def test_fleet_without_cameras_to_poll_has_not_stalled(fleet: Fleet) -> None:
    time = fleet.clock()
    fleet.clock = lambda: time + 3600
    assert fleet.stalled() == "no camera was polled for 60 min; restart the service"
    for status in fleet.statuses:
        status.stopped = True
    assert fleet.stalled() == ""


def test_offline_cameras_alone_are_no_problem(fleet: Fleet) -> None:
    assert fleet.problems() == []


def test_no_picture_within_two_intervals_is_a_problem(fleet: Fleet, clock: Clock) -> None:
    clock.forward(600)
    assert fleet.problems() == []
    clock.forward(1)
    assert fleet.problems() == ["no picture published since 2026-03-05 14:00:00 UTC"]


async def test_clock_set_back_does_not_hide_missing_pictures(fleet: Fleet, clock: Clock) -> None:
    fleet.now = Clock()  # it was an hour ahead and has been corrected
    fleet.statuses[0].last_live = clock() + timedelta(hours=1)
    await fleet.uploads.put(_upload(fleet, "live"))
    clock.forward(601)
    assert fleet.problems() == ["no picture published since 2026-03-05 15:00:00 UTC"]
    await fleet.uploads.put(_upload(fleet, "fallback"))
    assert fleet.problems()
    await fleet.uploads.put(_upload(fleet, "live"))
    assert fleet.problems() == []


def test_outdated_list_is_a_problem(fleet: Fleet, clock: Clock) -> None:
    fleet.camera_list = CameraList([], {}, clock() - timedelta(hours=25), from_cache=True)
    (problem,) = fleet.problems()
    assert problem.startswith("camera list is out of date: last read 2026-03-04 13:00 UTC")
    fleet.camera_list = CameraList([], {}, clock() - timedelta(days=30), from_cache=False)
    assert fleet.problems() == []
    fleet.camera_list = replace(fleet.camera_list, problem="the portal is down")
    assert len(fleet.problems()) == 1


def test_failing_uploads_are_a_problem(fleet: Fleet) -> None:
    fleet.uploads.error = StoreError("bucket s3://b/: 'AccessDenied'")
    assert fleet.problems() == ["uploads are failing: bucket s3://b/: 'AccessDenied'"]


def test_gauges_are_computed_when_scraped(fleet: Fleet, clock: Clock) -> None:
    clock.forward(90)
    registry = CollectorRegistry()
    registry.register(fleet)
    lines = generate_latest(registry).decode().splitlines()
    assert 'cctv_cameras{make="Axis",state="failing"} 2.0' in lines
    assert 'cctv_cameras{make="Bosch",state="live"} 1.0' in lines
    assert 'cctv_frozen_cameras{make="Bosch"} 1.0' in lines
    assert registry.get_sample_value("cctv_camera_list_timestamp_seconds") == clock().timestamp() - 90


def test_outage_of_the_fleet_is_a_problem(fleet: Fleet) -> None:
    for number in range(10):
        fleet.outage.record_live(str(number), fleet.now())
    for number in range(9):
        fleet.outage.record_failure(str(number))
    assert fleet.problems() == ["9 of 10 cameras fail at once since 14:00 UTC; check the camera network"]
    registry = CollectorRegistry()
    registry.register(fleet)
    assert registry.get_sample_value("cctv_fleet_outage") == 1.0


def test_fleet_stopped_by_rejected_logins_is_a_problem(fleet: Fleet) -> None:
    for status in fleet.statuses:
        status.stopped, status.error = True, LoginRejected("401 after Digest MD5")
    assert fleet.problems() == ["every camera rejected its login and was stopped; fix the logins, then restart"]
    fleet.statuses[0].error = Unreachable("no connection in time")
    assert fleet.problems() == []
