"""A small fleet with a camera in every state."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from cameras.camera import Address, Camera, Login
from cameras.camera_list.camera_list import CameraList
from cameras.errors import LoginRejected, Unreachable
from cameras.service import Metrics
from cameras.store import FolderStore, Uploads
from cameras.watch import FROZEN_AFTER, Fleet, Outcome
from tests.fakes import Clock, MemoryStore

EVIL = "<script>alert(1)</script>\"'>&"
SECRETS = ("10.66.77.88", "vi3wer", "s3cret")


def make_fleet(folder: Path | None, deadline: float = 30.0) -> Fleet:
    """1 live, 2 frozen, 3 failing, 4 stopped, 5 waiting; their places try to break the page."""
    clock = Clock()
    login = Login("vi3wer", "s3cret", "AXIS_USERNAME")
    cameras = [
        Camera(
            str(number), "Axis", Address("10.66.77.88", 8000 + number), login, None, EVIL, -97.7 - number / 100, 30.3
        )
        for number in range(1, 6)
    ]
    cameras[4] = replace(cameras[4], longitude=None, latitude=None, make="Bosch")
    store = FolderStore(folder, deadline) if folder else MemoryStore()
    fleet = Fleet(
        CameraList(cameras, {"no address": ["9"]}, clock()), Uploads(store, 300, Metrics(), clock.seconds), 300, clock
    )
    live, frozen, failing, stopped, _ = fleet.statuses
    for status in (live, frozen):
        status.last_live = status.shown_at = clock()
        status.shown = "live"
        status.outcomes.append(Outcome(clock(), "live", "", 0.42, 71_232))
    frozen.identical = FROZEN_AFTER
    failing.error, failing.failures, failing.failing_since = Unreachable("connection refused"), 2, clock()
    failing.next_attempt = clock() + timedelta(seconds=400)
    stopped.error, stopped.stopped, stopped.failing_since = LoginRejected("401 after Basic"), True, clock()
    clock.forward(100)
    return fleet
