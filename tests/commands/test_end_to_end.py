"""The whole service: a Socrata server over HTTPS, 30 simulated cameras of all makes, some faulty, and an S3 server."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cameras import jpeg
from cameras.makes import all_makes
from cameras.simulator import scene
from cameras.simulator.camera import SimulatedCamera
from tests.process import PROGRAM, Program, QuickProgram
from tests.socrata_server import SocrataServer

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import GetObjectOutputTypeDef

FALLBACK = (PROGRAM.parent / "fallback.jpg").read_bytes()
FAULTY = {3: "off", 4: "wrong password", 5: "HTML page", 6: "cut off", 7: "hangs", 8: "wrong make"}


@pytest.fixture
def fleet() -> Iterator[list[SimulatedCamera]]:
    """30 cameras, each with its own picture, on an event loop in a thread of its own."""
    names = [make.name for make in all_makes()]
    cameras = []
    for number in range(30):
        still = scene.draw(f"camera {number}", str(number), 0.0, "")
        cameras.append(
            SimulatedCamera(names[number % len(names)], str(number), fault=FAULTY.get(number, ""), still=still)
        )
    loop, started, stop = asyncio.new_event_loop(), threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with AsyncExitStack() as stack:
            for camera in cameras:
                await stack.enter_async_context(camera)
            started.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    started.wait()
    yield cameras
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.close()


@pytest.fixture
def daemon(
    fleet: list[SimulatedCamera], socrata: SocrataServer, s3: "S3Client", s3_url: str, tmp_path: Path
) -> Program:
    """Not yet started. The first half of the addresses is in the dataset; the others and all logins are in the CSV."""
    socrata.rows = [
        {"camera_id": camera.id, "camera_status": "TURNED_ON", "camera_mfg": camera.make, "location_name": " A / B"}
        for camera in fleet
    ]
    for row, camera in zip(socrata.rows[:15], fleet, strict=False):
        row["camera_ip"] = f"127.0.0.1:{camera.port}"
    socrata.rows.append({"camera_id": "99", "camera_status": "DESIRED"})
    lines = ["camera_id,address,username,password,path"]
    for number, camera in enumerate(fleet):
        address = f"127.0.0.1:{camera.port}" if number >= 15 else ""
        path = "/still.jpg" if camera.make == "Generic" else ""
        lines.append(f"{camera.id},{address},{camera.login_check.username},{camera.login_check.password},{path}")
    (tmp_path / "addresses.csv").write_text("\n".join(lines))
    return QuickProgram(
        tmp_path,
        STORE="s3://pictures",
        AWS_ENDPOINT_URL=s3_url,
        SOCRATA_DOMAIN=socrata.domain,
        CAMERA_ADDRESSES="addresses.csv",
        INTERVAL="1",
        MAX_FAILURES="5",
        TIMEOUT="0.8",
        LOG_FILE="cctv.log",
        LOG_LEVEL="DEBUG",
    )


def _count(s3: "S3Client") -> int:
    return len(s3.list_objects_v2(Bucket="pictures").get("Contents", []))


def _state(s3: "S3Client", camera: SimulatedCamera) -> str:
    """As its object's metadata say. One request: this is polled, and the cameras live in this process as well."""
    return s3.head_object(Bucket="pictures", Key=f"image/{camera.id}.jpg")["Metadata"]["state"]


def _object(s3: "S3Client", camera: SimulatedCamera) -> "GetObjectOutputTypeDef":
    return s3.get_object(Bucket="pictures", Key=f"image/{camera.id}.jpg")


def test_service_keeps_the_pictures_of_a_fleet_fresh(
    daemon: Program, fleet: list[SimulatedCamera], s3: "S3Client", tmp_path: Path
) -> None:
    s3.put_bucket_versioning(Bucket="pictures", VersioningConfiguration={"Status": "Enabled"})
    faulty = [fleet[number] for number in FAULTY]
    healthy = [camera for camera in fleet if camera not in faulty]
    with daemon:
        daemon.until(lambda: _count(s3) == 30)
        _check_objects(s3, healthy, faulty)
        _check_recovery(daemon, s3, fleet[5])
        _check_stop(daemon, fleet[3], healthy[0])
        _check_only_the_fallback_was_put(s3, fleet[3])
        assert daemon.stop() == 0
    _check_pictures_are_complete_and_no_secret_is_logged(daemon, fleet, s3, tmp_path)
    fleet[3].fault = ""
    with daemon:
        daemon.until(lambda: _state(s3, fleet[3]) == "live")
        assert daemon.stop() == 0


def _check_objects(s3: "S3Client", healthy: list[SimulatedCamera], faulty: list[SimulatedCamera]) -> None:
    for camera in healthy:
        found = _object(s3, camera)
        headers = found["ResponseMetadata"]["HTTPHeaders"]
        assert found["Body"].read() == camera.still, camera.make
        assert headers["content-type"] == "image/jpeg"
        assert (found["Metadata"]["camera-id"], found["Metadata"]["state"]) == (camera.id, "live")
        captured = datetime.fromisoformat(found["Metadata"]["captured-at"])
        assert parsedate_to_datetime(headers["expires"]) == captured + timedelta(seconds=1)
        assert headers["expires"].endswith(" GMT")
        assert timedelta(0) <= datetime.now(UTC) - captured < timedelta(seconds=30)
    for camera in faulty:
        found = _object(s3, camera)
        assert found["Body"].read() == FALLBACK, camera.fault
        assert found["Metadata"]["state"] == "fallback"


def _check_recovery(daemon: Program, s3: "S3Client", camera: SimulatedCamera) -> None:
    camera.fault = ""
    daemon.until(lambda: _state(s3, camera) == "live")
    daemon.until(lambda: f"camera {camera.id} ({camera.make}): recovered after" in daemon.err)


def _check_stop(daemon: Program, camera: SimulatedCamera, witness: SimulatedCamera) -> None:
    """A stopped camera gets no more requests, even if it works again; others keep their slots."""
    daemon.until(lambda: f"camera {camera.id} ({camera.make}): stopped: " in daemon.err)
    before, seen = len(camera.requests), len(witness.requests)
    camera.fault = ""
    daemon.until(lambda: len(witness.requests) >= seen + 6)
    assert len(camera.requests) == before


def _check_only_the_fallback_was_put(s3: "S3Client", camera: SimulatedCamera) -> None:
    """Repeatedly for two seconds after the start, since an old put may still be applied; then no more."""
    versions = s3.list_object_versions(Bucket="pictures", Prefix=f"image/{camera.id}.jpg")["Versions"]
    assert len({version["ETag"] for version in versions}) == 1
    assert 2 <= len(versions) <= 5


def _check_pictures_are_complete_and_no_secret_is_logged(
    daemon: Program, fleet: list[SimulatedCamera], s3: "S3Client", folder: Path
) -> None:
    for camera in fleet:
        body = _object(s3, camera)["Body"].read()
        assert jpeg.extract(body) == body
    output = daemon.err + daemon.out + (folder / "cctv.log").read_text()
    assert "stopped by a signal" in output
    assert "Traceback" not in output
    for secret in ("test-secret", *(camera.login_check.password for camera in fleet)):
        assert secret not in output
