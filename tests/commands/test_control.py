"""What asks the running service: status, health, reload, revive."""

import asyncio
import json
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cameras.simulator.camera import SimulatedCamera
from tests.process import Program, Service
from tests.socrata_server import SocrataServer
from tests.typing import StartCamera

HEADER = "camera_id,camera_status,camera_mfg,camera_ip,location_name\n"


def write_list(folder: Path, *cameras: SimulatedCamera) -> None:
    rows = [f"{each.id},TURNED_ON,{each.make},127.0.0.1:{each.port},{each.id} ST\n" for each in cameras]
    (folder / "list.csv").write_text(HEADER + "".join(rows))


def service(folder: Path, **settings: str) -> Service:
    return Service(folder, **{"CAMERA_LIST": "list.csv", "INTERVAL": "0.5", "MAX_FAILURES": "1", **settings})


@dataclass
class Answer:
    """How a command ended."""

    status: int
    out: list[str]
    err: str


async def ask(folder: Path, *arguments: str, **environment: str) -> Answer:
    """Run a command against the service whose working folder is `folder`."""
    client = folder / "client"
    client.mkdir(exist_ok=True)
    (client / ".env").write_text("INTERVAL=none\n")  # another setting's mistake must not matter
    with Program(client, *arguments, STATE_DIRECTORY=str(folder / "state"), **environment) as program:
        status = await asyncio.to_thread(program.end)
        return Answer(status, program.out.splitlines(), program.err)


async def until(program: Program, true: Callable[[], bool]) -> None:
    await asyncio.to_thread(program.until, true)


async def test_status_says_why_cameras_are_offline(tmp_path: Path, simulated: StartCamera) -> None:
    cameras = [
        await simulated("Sarix", "1"),
        await simulated("Axis", "2"),
        await simulated("Sarix", "3", fault="wrong make"),
    ]
    write_list(tmp_path, *cameras)
    with service(tmp_path, STATUS_ADDRESS="") as program:
        await until(program, lambda: program.err.count("stopped:") == 2)
        answer = await ask(tmp_path, "status")
        assert (answer.status, answer.err) == (0, "")
        version, summary, listed, first, second = answer.out
        assert version.startswith("cctv-images ")
        assert summary == "cameras: 1 live, 0 failing, 2 stopped, 0 waiting, 0 frozen; pictures to folder public"
        assert listed.startswith("camera list: read ")
        assert first.startswith("2 (Axis, 2 ST): stopped for ")
        assert "login rejected (" in first
        assert second.startswith("3 (Sarix, 3 ST): stopped for ")
        assert "refused (404" in second
        as_json = json.loads((await ask(tmp_path, "status", "--json")).out[0])
    assert as_json["counts"] == {"failing": 0, "stopped": 2, "live": 1, "waiting": 0, "frozen": 0}
    assert "address" not in as_json["cameras"][0]


async def test_revived_camera_is_tried_at_once(tmp_path: Path, simulated: StartCamera) -> None:
    camera, healthy = await simulated("Sarix", "1", fault="wrong make"), await simulated("Sarix", "2")
    write_list(tmp_path, camera, healthy)
    with service(tmp_path, INTERVAL="5") as program:
        await until(program, lambda: "then `cctv-images revive 1` tries it again" in program.err)
        answer = await ask(tmp_path, "revive", "1", SUDO_USER="alice")
        assert answer.status == 1
        assert answer.out[0].startswith("camera 1 (Sarix): refused (404")
        assert answer.out[1] == "0 of 1 cameras are live"
        camera.fault = ""
        answer = await ask(tmp_path, "revive", "--all", SUDO_USER="bob")
        assert (answer.status, answer.out) == (0, ["camera 1 (Sarix): live", "1 of 1 cameras are live"])
        assert "another try for 1 cameras, asked for by alice: 1\n" in program.err
        assert "another try for 1 cameras, asked for by bob: 1\n" in program.err
        assert (await ask(tmp_path, "revive", "--all")).out == ["no camera is stopped"]


async def test_locked_out_camera_gets_a_single_login_from_a_revival(tmp_path: Path, simulated: StartCamera) -> None:
    camera, healthy = await simulated("Axis", "1"), await simulated("Sarix", "2")
    write_list(tmp_path, camera, healthy)
    login = {"CAMERA_USERNAME": camera.login_check.username, "CAMERA_PASSWORD": "wrong"}
    with service(tmp_path, INTERVAL="0.5", MAX_FAILURES="100", **login) as program:
        await until(program, lambda: "camera 1 (Axis): stopped" in program.err)
        camera.requests.clear()
        assert (await ask(tmp_path, "revive", "1")).status == 1
        await until(program, lambda: program.err.count("camera 1 (Axis): stopped") == 2)
    assert sum("authorization" in request.headers for request in camera.requests) == 1


async def test_unknown_id_is_named_and_nothing_is_tried(tmp_path: Path, simulated: StartCamera) -> None:
    camera = await simulated("Sarix", "1")
    write_list(tmp_path, camera)
    with service(tmp_path, INTERVAL="60") as program:
        await until(program, lambda: (tmp_path / "public/image/1.jpg").exists())
        asked = len(camera.requests)
        answer = await ask(tmp_path, "revive", "1", "no-such")
    assert (answer.status, answer.out) == (2, [])
    assert answer.err == "not on the list of cameras: 'no-such'; nothing was tried\n"
    assert len(camera.requests) == asked


async def test_reload_prints_what_changed(tmp_path: Path, simulated: StartCamera) -> None:
    one, two = await simulated("Sarix", "1"), await simulated("Sarix", "2")
    write_list(tmp_path, one)
    (tmp_path / "private.csv").write_text("camera_id,address\n")
    with service(tmp_path, CAMERA_ADDRESSES="private.csv") as program:
        await until(program, lambda: "watching 1 cameras" in program.err)
        write_list(tmp_path, one, two)
        answer = await ask(tmp_path, "reload", SUDO_USER="alice")
        assert (answer.status, answer.out) == (0, ["2 cameras, 1 added: 2"])
        assert "reload of the camera list, asked for by alice\n" in program.err
        (tmp_path / "private.csv").write_text("camera_id,address\n1,here and there\n")
        answer = await ask(tmp_path, "reload")
    assert (answer.status, answer.out[0]) == (1, "2 cameras, nothing changed")
    assert answer.out[1].startswith("private files: CAMERA_ADDRESSES line 2: address 'here and there'")


async def test_shrunken_list_is_accepted_on_request(tmp_path: Path, socrata: SocrataServer) -> None:
    row = {"camera_status": "TURNED_ON", "camera_mfg": "Sarix", "camera_ip": "127.0.0.1:1"}
    socrata.rows = [{"camera_id": str(id), **row} for id in range(6)]
    with Service(tmp_path, SOCRATA_DOMAIN=socrata.domain) as program:
        await until(program, lambda: "watching 6 cameras" in program.err)
        del socrata.rows[1:]
        refused = await ask(tmp_path, "reload")
        assert (refused.status, refused.out[0]) == (1, "6 cameras, nothing changed")
        hint = "5 of 6 cameras are missing; if that is right: cctv-images reload --accept-shrunken-list"
        assert refused.out[1] == f"camera list: {hint}"
        accepted = await ask(tmp_path, "reload", "--accept-shrunken-list")
    assert (accepted.status, accepted.out) == (0, ["1 cameras, 5 removed: 1, 2, 3, 4, 5"])


async def test_health_is_liveness_and_with_strict_whether_all_is_well(tmp_path: Path, simulated: StartCamera) -> None:
    write_list(tmp_path, await simulated("Sarix", "1"))
    (tmp_path / "public").mkdir()
    with service(tmp_path) as program:
        await until(program, lambda: (tmp_path / "public/image/1.jpg").exists())
        assert (await ask(tmp_path, "health")).out == ["the service works"]
        assert (await ask(tmp_path, "health", "--strict")).out == ["all is well"]
        (tmp_path / "public").rename(tmp_path / "elsewhere")
        (tmp_path / "public").touch()
        await until(program, lambda: "uploads are failing" in program.err)
        assert (await ask(tmp_path, "health")).status == 0
        unwell = await ask(tmp_path, "health", "--strict")
    assert unwell.status == 1
    assert "uploads are failing" in unwell.out[0]


@pytest.mark.parametrize("command", [["status"], ["health"], ["reload"], ["revive", "1"]])
async def test_without_a_running_service_there_is_one_sentence(tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "state").mkdir()
    answer = await ask(tmp_path, *command)
    assert (answer.status, answer.out) == (1, [])
    socket = tmp_path / "state" / "control.sock"
    assert answer.err == f"the service does not run: nothing listens at {socket}\n"


async def test_service_that_does_not_answer_is_one_sentence(tmp_path: Path, simulated: StartCamera) -> None:
    write_list(tmp_path, await simulated("Sarix", "1"))
    with service(tmp_path) as program:
        await until(program, lambda: (tmp_path / "state/control.sock").exists())
        program.process.send_signal(signal.SIGSTOP)
        answer = await ask(tmp_path, "health")
        program.process.send_signal(signal.SIGCONT)
    assert (answer.status, answer.out) == (1, [])
    assert "the service does not answer at" in answer.err
    assert "Traceback" not in answer.err


async def test_socket_of_a_killed_service_is_replaced(tmp_path: Path, simulated: StartCamera) -> None:
    write_list(tmp_path, await simulated("Sarix", "1"))
    socket = tmp_path / "state" / "control.sock"
    for end in (signal.SIGKILL, signal.SIGTERM):
        with service(tmp_path) as program:
            await until(program, lambda: "watching" in program.err)
            async with asyncio.timeout(20):
                while (await ask(tmp_path, "health")).status:
                    pass
            assert socket.stat().st_mode & 0o777 == 0o660
            await asyncio.to_thread(program.stop, end)
    assert not socket.exists()


async def test_path_of_the_state_folder_may_be_long(tmp_path: Path, simulated: StartCamera) -> None:
    """A socket's own path has at most 107 bytes."""
    folder = tmp_path / ("x" * 100)
    folder.mkdir()
    write_list(folder, await simulated("Sarix", "1"))
    with service(folder) as program:
        await until(program, lambda: (folder / "state/control.sock").exists())
        assert (await ask(folder, "status")).status == 0


async def test_service_without_a_control_socket_goes_on(tmp_path: Path, simulated: StartCamera) -> None:
    write_list(tmp_path, await simulated("Sarix", "1"))
    (tmp_path / "run").touch()
    with service(tmp_path, RUNTIME_DIRECTORY=str(tmp_path / "run")) as program:
        await until(program, lambda: "no control socket" in program.err)
        await until(program, lambda: "live 1" in program.err)
    assert f"no control socket: {tmp_path}/run/control.sock: Not a directory; make the folder" in program.err
    assert program.err.count("no control socket") == 1


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2])
async def test_signal_other_than_a_stop_never_ends_the_service(
    tmp_path: Path, simulated: StartCamera, number: signal.Signals
) -> None:
    write_list(tmp_path, await simulated("Sarix", "1"), await simulated("Axis", "2"))
    with service(tmp_path) as program:
        await until(program, lambda: "INFO cctv-images" in program.err)  # its handlers are not there yet
        program.process.send_signal(number)
        await until(program, lambda: "stopped: login rejected" in program.err)
        program.process.send_signal(number)
        await until(program, lambda: program.err.count(" INFO live 1") > 1)
        if number == signal.SIGUSR1:
            await until(program, lambda: "INFO status: 2 (Axis, 2 ST): stopped for " in program.err)
        assert await asyncio.to_thread(program.stop) == 0


async def test_probe_uses_the_list_of_the_running_service(tmp_path: Path, socrata: SocrataServer) -> None:
    """The portal may be slow just when a technician is in front of a camera."""
    row = {"camera_status": "TURNED_ON", "camera_mfg": "Sarix", "camera_ip": "127.0.0.1:1"}
    socrata.rows = [{"camera_id": "1", **row}]
    with Service(tmp_path, SOCRATA_DOMAIN=socrata.domain) as program:
        await until(program, lambda: "watching 1 cameras" in program.err)
        socrata.rows = []
        (tmp_path / "client").mkdir()
        place = {"SOCRATA_DOMAIN": socrata.domain, "STATE_DIRECTORY": str(tmp_path / "state")}
        with Program(tmp_path / "client", "probe", "1", **place) as probe:
            await asyncio.to_thread(probe.end)
    assert "verdict: Unreachable" in probe.out
    assert os.environ["REQUESTS_CA_BUNDLE"]
