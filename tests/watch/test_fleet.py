from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from cameras.camera import Address, Camera
from cameras.camera_list.camera_list import CameraList
from cameras.errors import LoginRejected, StoreError, Unreachable
from cameras.service.metrics import Metrics
from cameras.store.uploads import Uploads
from cameras.watch.fleet import Fleet
from cameras.watch.status import FROZEN_AFTER
from tests.fakes import Clock, MemoryStore


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def fleet(clock: Clock) -> Fleet:
    """Six cameras: two live, one of them frozen; two failing; one stopped; one not yet tried."""
    cameras = [Camera(str(number), "Axis" if number else "Bosch", Address("10.0.0.1")) for number in range(6)]
    listed = CameraList(cameras, {"no address": ["77"]}, clock())
    fleet = Fleet(listed, Uploads(MemoryStore(), 300, Metrics(), clock.seconds), 300, clock)
    for status in fleet.statuses[:3]:
        status.last_live = clock()
    fleet.statuses[0].same = FROZEN_AFTER
    fleet.statuses[2].error = fleet.statuses[3].error = Unreachable("connection refused")
    fleet.statuses[4].error, fleet.statuses[4].stopped = LoginRejected("401 after Basic"), True
    return fleet


def test_the_summary_counts_states_and_reasons(fleet: Fleet) -> None:
    line = "live 2, failing 2, stopped 1, waiting 1, frozen 1 (Unreachable 2, LoginRejected 1)"
    assert fleet.summary() == line
    fleet.uploads.error, fleet.uploads.failed = StoreError("out"), 7
    assert fleet.summary() == f"{line}; store fails, 7 uploads lost"


def test_dark_cameras_alone_do_not_make_the_service_sick(fleet: Fleet) -> None:
    assert fleet.problems() == []


def test_no_picture_within_two_intervals_makes_it_sick(fleet: Fleet, clock: Clock) -> None:
    clock.forward(600)
    assert fleet.problems() == []
    clock.forward(1)
    assert fleet.problems() == ["no picture published since 2026-03-05 14:00:00 UTC"]


async def test_a_clock_set_back_does_not_hide_that_no_picture_comes(fleet: Fleet, clock: Clock) -> None:
    fleet.now = Clock()  # it was an hour ahead, and is right now
    fleet.statuses[0].last_live = clock() + timedelta(hours=1)
    await fleet.uploads.put("image/0.jpg", b"", clock(), {"state": "live"})
    clock.forward(601)
    assert fleet.problems() == ["no picture published since 2026-03-05 15:00:00 UTC"]
    await fleet.uploads.put("image/0.jpg", b"", clock(), {"state": "fallback"})
    assert fleet.problems()
    await fleet.uploads.put("image/0.jpg", b"", clock(), {"state": "live"})
    assert fleet.problems() == []


def test_a_list_that_was_kept_for_too_long_makes_it_sick(fleet: Fleet, clock: Clock) -> None:
    fleet.cameras = CameraList([], {}, clock() - timedelta(hours=25), kept=True)
    (problem,) = fleet.problems()
    assert problem.startswith("camera list too old: kept since 2026-03-04 13:00 UTC")
    fleet.cameras = CameraList([], {}, clock() - timedelta(days=30), kept=False)
    assert fleet.problems() == []


def test_a_bucket_that_refuses_makes_it_sick(fleet: Fleet) -> None:
    fleet.uploads.error = StoreError("bucket s3://b/: 'AccessDenied'")
    assert fleet.problems() == ["store refuses pictures: bucket s3://b/: 'AccessDenied'"]


def test_the_gauges_are_read_off_the_fleet(fleet: Fleet, clock: Clock) -> None:
    saved = clock().timestamp()
    clock.forward(90)
    registry = CollectorRegistry()
    registry.register(fleet)
    lines = generate_latest(registry).decode().splitlines()
    assert 'cctv_cameras{make="Axis",state="failing"} 2.0' in lines
    assert 'cctv_cameras{make="Bosch",state="live"} 1.0' in lines
    assert 'cctv_frozen_cameras{make="Bosch"} 1.0' in lines
    assert registry.get_sample_value("cctv_camera_list_timestamp_seconds") == saved
