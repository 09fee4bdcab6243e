"""What survives the process: rejected logins, the list, and that only one runs."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from cameras.simulator.camera import SimulatedCamera
from tests.process import Program, QuickProgram
from tests.socrata_server import Answer, SocrataServer
from tests.typing import StartCamera

HEADER = "camera_id,camera_status,camera_mfg,camera_ip\n"


def write_list(folder: Path, *cameras: SimulatedCamera) -> str:
    rows = [f"{camera.id},TURNED_ON,{camera.make},127.0.0.1:{camera.port}\n" for camera in cameras]
    (folder / "list.csv").write_text(HEADER + "".join(rows))
    return "list.csv"


def logins(camera: SimulatedCamera) -> int:
    return sum("authorization" in request.headers for request in camera.requests)


async def test_ten_restarts_send_no_more_wrong_logins(tmp_path: Path, simulated: StartCamera) -> None:
    """Killed, stopped, or ended by itself: the camera's account must not be locked."""
    camera, healthy = await simulated("Axis", "1"), await simulated("Sarix", "2")
    settings = {"CAMERA_USERNAME": camera.login_check.username, "CAMERA_PASSWORD": "wrong", "INTERVAL": "0.5"}
    settings["CAMERA_LIST"] = write_list(tmp_path, camera, healthy)
    for attempt in range(10):
        with Program(tmp_path, **settings) as program:
            healthy.requests.clear()
            await asyncio.to_thread(program.until, lambda: len(healthy.requests) > 2)
            await asyncio.to_thread(program.stop, signal.SIGKILL if attempt % 2 else signal.SIGTERM)
    assert logins(camera) == 3
    assert "not tried again before" in program.err
    settings["CAMERA_PASSWORD"] = camera.login_check.password
    with Program(tmp_path, **settings) as program:
        await asyncio.to_thread(program.until, lambda: "live 2" in program.err)


async def test_once_counts_rejected_logins_too(tmp_path: Path, simulated: StartCamera) -> None:
    camera = await simulated("Axis", "1")
    settings = {"CAMERA_USERNAME": camera.login_check.username, "CAMERA_PASSWORD": "wrong"}
    settings["CAMERA_LIST"] = write_list(tmp_path, camera)
    for _ in range(5):
        with Program(tmp_path, "once", **settings) as program:
            assert await asyncio.to_thread(program.end) == 1
    assert logins(camera) == 3


async def test_fleet_stopped_by_its_logins_keeps_running(tmp_path: Path, simulated: StartCamera) -> None:
    """A restart would only send more of them."""
    camera = await simulated("Axis", "1")
    settings = {"CAMERA_USERNAME": camera.login_check.username, "CAMERA_PASSWORD": "wrong", "INTERVAL": "0.5"}
    settings["CAMERA_LIST"] = write_list(tmp_path, camera)
    with QuickProgram(tmp_path, **settings) as program:
        message = "every camera rejected its login and was stopped; fix the logins, then restart"
        await asyncio.to_thread(program.until, lambda: message in program.err)
        await asyncio.to_thread(program.until, lambda: program.err.count("live 0, failing 0, stopped 1") > 2)
        assert await asyncio.to_thread(program.stop) == 0
    assert program.err.count(f"ERROR {message}") == 1


async def test_second_service_exits_with_2_and_names_the_first(tmp_path: Path, simulated: StartCamera) -> None:
    listed = write_list(tmp_path, await simulated("Sarix", "1"))
    (tmp_path / "second").mkdir()
    with Program(tmp_path, CAMERA_LIST=listed) as first:
        await asyncio.to_thread(first.until, lambda: "watching 1 cameras" in first.err)
        settings = {"CAMERA_LIST": str(tmp_path / listed), "STATE_DIRECTORY": str(tmp_path / "state")}
        with Program(tmp_path / "second", **settings) as second:
            assert await asyncio.to_thread(second.end) == 2
        assert f"is in use by process {first.process.pid}; stop that one first" in second.err
        with Program(tmp_path / "second", "once", **settings) as once:
            assert await asyncio.to_thread(once.end) == 2
        assert f"the service runs (process {first.process.pid})" in once.err
        with Program(tmp_path / "second", "once", "--anyway", **settings) as once:
            assert await asyncio.to_thread(once.end) == 0


async def test_sighup_reads_list_and_csv_again(tmp_path: Path, simulated: StartCamera) -> None:
    cameras = [await simulated("Sarix", str(number)) for number in range(3)]
    (tmp_path / "addresses.csv").write_text("camera_id,publish\n0,yes\n")
    settings = {"CAMERA_LIST": write_list(tmp_path, *cameras[:2]), "CAMERA_ADDRESSES": "addresses.csv"}
    pictures = tmp_path / "public" / "image"
    with QuickProgram(tmp_path, INTERVAL="0.5", **settings) as program:
        await asyncio.to_thread(program.until, lambda: "live 2" in program.err)
        write_list(tmp_path, *cameras)
        (tmp_path / "addresses.csv").write_text("camera_id,publish\n0,no\n")
        os.kill(program.process.pid, signal.SIGHUP)
        await asyncio.to_thread(program.until, lambda: "2 cameras, 1 added: 2; 1 removed: 0" in program.err)
        fallback = (Path(__file__).parents[2] / "fallback.jpg").read_bytes()
        await asyncio.to_thread(program.until, lambda: (pictures / "0.jpg").read_bytes() == fallback)
        await asyncio.to_thread(program.until, lambda: "live 2" in program.err.splitlines()[-1])
        requests = len(cameras[0].requests)
        await asyncio.to_thread(program.until, lambda: len(cameras[2].requests) > 5)
        assert len(cameras[0].requests) == requests
        assert await asyncio.to_thread(program.stop) == 0


@pytest.mark.parametrize("portal", ["silent", "closed"])
async def test_service_starts_at_once_from_the_cached_list(
    tmp_path: Path, simulated: StartCamera, portal: str, socrata: SocrataServer
) -> None:
    """Whatever the portal does."""
    camera = await simulated("Sarix", "1")
    row = {
        "camera_id": "1",
        "camera_status": "TURNED_ON",
        "camera_mfg": "Sarix",
        "camera_ip": f"127.0.0.1:{camera.port}",
    }
    socrata.rows = [row]
    with Program(tmp_path, SOCRATA_DOMAIN=socrata.domain, INTERVAL="0.5") as program:
        await asyncio.to_thread(program.until, lambda: "live 1" in program.err)
        assert await asyncio.to_thread(program.stop) == 0
    if portal == "silent":
        socrata.dripping.set()
    else:
        socrata.failure = Answer(503, b"")
    seen = len(camera.requests)
    with Program(tmp_path, SOCRATA_DOMAIN=socrata.domain, INTERVAL="0.5") as program:
        await asyncio.to_thread(program.until, lambda: len(camera.requests) > seen)
        assert "did not deliver" not in program.err
        assert "stays in use" not in program.err
