"""The commands check and probe."""

import asyncio
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cameras.simulator.camera import SimulatedCamera
from tests.process import Program, Service
from tests.socrata_server import SocrataServer
from tests.typing import StartCamera

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

HEADER = "camera_id,camera_status,camera_mfg,camera_ip,location_name\n"


async def _ended(program: Program) -> int:
    with program:
        return await asyncio.to_thread(program.end)


def test_check_prints_cameras_and_logins_and_tries_the_store(tmp_path: Path, s3: "S3Client", s3_url: str) -> None:
    rows = ["1,TURNED_ON,Axis,10.0.0.1,", "2,TURNED_ON,Axis,10.0.0.2,", "3,TURNED_ON,Sarix,10.0.0.3,", "4,VOID,Axis,,"]
    (tmp_path / "list.csv").write_text(HEADER + "\n".join(rows))
    (tmp_path / "a.csv").write_text("camera_id,username,password\n2,vi3wer,s3cret\n")
    settings = {"CAMERA_LIST": "list.csv", "CAMERA_ADDRESSES": "a.csv", "STORE": "s3://pictures"}
    logins = {"AXIS_USERNAME": "us3r", "AXIS_PASSWORD": "passw0rd"}
    with Program(tmp_path, "check", AWS_ENDPOINT_URL=s3_url, **settings, **logins) as program:
        assert program.end() == 0
    lines = [" ".join(line.split()) for line in program.out.splitlines()]
    assert lines == [
        "camera list: 3 cameras",
        "Axis 1 login: AXIS_USERNAME",
        "Axis 1 login: its username and password in CAMERA_ADDRESSES",
        "Sarix 1 no login",
        "skipped: status 'VOID' 1 4",
        "store: bucket s3://pictures/ accepts uploads, tried with image/_check.jpg",
        "service: not running",
    ]
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket="pictures")["Contents"]] == ["image/_check.jpg"]
    for secret in ("vi3wer", "s3cret", "us3r", "passw0rd"):
        assert secret not in program.out + program.err


def test_check_exits_with_1_if_the_bucket_refuses(tmp_path: Path, s3: "S3Client", s3_url: str) -> None:
    (tmp_path / "list.csv").write_text(HEADER + "1,TURNED_ON,Axis,10.0.0.1,\n")
    with Program(tmp_path, "check", CAMERA_LIST="list.csv", STORE="s3://other", AWS_ENDPOINT_URL=s3_url) as program:
        assert program.end() == 1
    assert "store: FAILED: bucket s3://other/: 'NoSuchBucket'; check STORE" in program.out


def test_check_waits_ten_seconds_for_a_silent_portal_and_bucket(tmp_path: Path, socrata: SocrataServer) -> None:
    """Both at the same time; the cached list shows what the service would do."""
    row = {"camera_id": "1", "camera_status": "TURNED_ON", "camera_mfg": "Axis", "camera_ip": "127.0.0.1:1"}
    socrata.rows = [row]
    with Program(tmp_path, "check", SOCRATA_DOMAIN=socrata.domain) as program:
        assert program.end() == 0
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        socrata.dripping.set()
        bucket = {"STORE": "s3://pictures", "AWS_ENDPOINT_URL": f"http://127.0.0.1:{silent.getsockname()[1]}"}
        started = time.monotonic()
        with Program(tmp_path, "check", SOCRATA_DOMAIN=socrata.domain, **bucket) as program:
            assert program.end() == 1
    assert time.monotonic() - started < 25  # with some reserve; without limits it was 90
    listed, cameras, store, service = program.out.splitlines()
    assert listed.startswith("camera list: FAILED: localhost:")
    assert "is used: 1 cameras" in listed
    assert cameras.split() == ["Axis", "1", "no", "login"]
    assert store == "store: FAILED: s3://pictures does not answer within 10 s; check the network"
    assert service == "service: not running"


def test_exit_status_of_check_is_that_of_its_worst_part(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("camera_id,address\n1,here and there\n")
    with Program(tmp_path, "check", CAMERA_ADDRESSES="a.csv") as program:
        assert program.end() == 2
    assert "camera list: FAILED: CAMERA_ADDRESSES=a.csv line 2: address 'here and there'" in program.out
    assert "store: folder public accepts uploads" in program.out


def test_check_opens_the_log_file(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(HEADER + "1,TURNED_ON,Axis,10.0.0.1,\n")
    with Program(tmp_path, "check", CAMERA_LIST="list.csv", LOG_FILE=".") as program:
        assert program.end() == 2
    assert "LOG_FILE=.: Is a directory; name a file" in program.err


def test_check_exits_with_2_on_bad_settings(tmp_path: Path) -> None:
    with Program(tmp_path, "check", INTERVAL="soon") as program:
        assert program.end() == 2
    assert "INTERVAL='soon'" in program.err


async def _rejected_probe(folder: Path, camera: SimulatedCamera, *arguments: str) -> str:
    """Of a camera whose login is wrong."""
    (folder / "list.csv").write_text(HEADER + f"105,TURNED_ON,{camera.make},127.0.0.1:{camera.port},6TH ST\n")
    login = {"CAMERA_USERNAME": camera.login_check.username, "CAMERA_PASSWORD": "wrong"}
    program = Program(folder, "probe", "105", *arguments, CAMERA_LIST="list.csv", **login)
    assert await _ended(program) == 1
    return program.out


def _logins(camera: SimulatedCamera) -> int:
    return sum("authorization" in request.headers for request in camera.requests)


async def test_probe_does_not_lock_an_account(tmp_path: Path, simulated: StartCamera) -> None:
    camera = await simulated("Axis")
    for _ in range(5):
        out = await _rejected_probe(tmp_path, camera)
    assert _logins(camera) == 3
    assert "verdict: LoginRejected: login rejected (3 times until " in out
    assert "so its account may be locked); wait until " in out
    assert "or send it all the same with --anyway" in out
    await _rejected_probe(tmp_path, camera, "--anyway")
    assert _logins(camera) == 4


async def test_running_service_counts_the_logins_of_a_probe(tmp_path: Path, simulated: StartCamera) -> None:
    camera, healthy = await simulated("Axis"), await simulated("Sarix", "2")
    rows = f"105,TURNED_ON,Axis,127.0.0.1:{camera.port},\n2,TURNED_ON,Sarix,127.0.0.1:{healthy.port},\n"
    (tmp_path / "both.csv").write_text(HEADER + rows)
    (tmp_path / "service").mkdir()
    login = {"CAMERA_USERNAME": camera.login_check.username, "CAMERA_PASSWORD": "wrong"}
    place = {"CAMERA_LIST": "../both.csv", "STATE_DIRECTORY": str(tmp_path / "state"), "INTERVAL": "60"}
    with Service(tmp_path / "service", **place, **login) as service:
        await asyncio.to_thread(service.until, lambda: "camera 105 (Axis): login rejected" in service.err)
        for _ in range(4):
            out = await _rejected_probe(tmp_path, camera)
    assert "so its account may be locked" in out
    assert _logins(camera) == 3


async def _probe(folder: Path, camera: SimulatedCamera, *arguments: str, make: str = "", **settings: str) -> Program:
    (folder / "list.csv").write_text(HEADER + f"105,DESIRED,{make or camera.make},127.0.0.1:{camera.port},6TH ST\n")
    logins = {"CAMERA_USERNAME": camera.login_check.username, "CAMERA_PASSWORD": camera.login_check.password}
    program = Program(folder, "probe", *arguments, **{"CAMERA_LIST": "list.csv", **logins, **settings})
    status = await _ended(program)
    assert status == (0 if "verdict: live" in program.out else 1), program.err
    assert camera.login_check.password not in program.out + program.err
    return program


async def test_probe_prints_each_step(tmp_path: Path, simulated: StartCamera, picture: bytes) -> None:
    camera = await simulated("Wisenet", still=picture)
    out = (await _probe(tmp_path, camera, "105", "--save", "p.jpg")).out
    target = f"http://127.0.0.1:{camera.port}/stw-cgi/video.cgi?msubmenu=snapshot&action=view&Channel=0"
    for step in (
        f"camera 105 (Wisenet), 6TH ST; address 127.0.0.1:{camera.port} from column camera_ip of the camera list",
        "make: Wisenet; login: CAMERA_USERNAME",
        "connected after 0.",
        f"GET {target}\n",
        "answer: 401 after 0.",
        "it offers: Digest SHA-256",
        "it offers: Digest MD5",
        f"GET {target} with Digest SHA-256 login",
        "answer: 200 after 0.",
        "Content-Type: image/jpeg",
        "s of 60 s",
        f"verdict: live, a complete JPEG of 640 by 360 pixels, {len(picture):,} bytes",
        "saved: p.jpg",
    ):
        assert step in out
    assert (tmp_path / "p.jpg").read_bytes() == picture


async def test_probe_makes_one_attempt_and_says_what_to_do(tmp_path: Path, simulated: StartCamera) -> None:
    camera = await simulated("Axis", fault="wrong password")
    out = (await _probe(tmp_path, camera, "105")).out
    assert "verdict: LoginRejected: login rejected (401 after Digest MD5); check CAMERA_USERNAME" in out
    assert camera.login_check.refused == 1
    offline = await simulated("Sarix", fault="off")
    assert "verdict: Unreachable: unreachable (" in (await _probe(tmp_path, offline, "105")).out
    assert len(offline.requests) == 1


async def test_probe_accepts_an_address_and_a_make(tmp_path: Path, simulated: StartCamera) -> None:
    camera = await simulated("Sarix")
    out = (await _probe(tmp_path, camera, f"127.0.0.1:{camera.port}", "--make", "sarix")).out
    assert "address 127.0.0.1:" in out
    assert "verdict: live" in out


async def test_probe_names_the_right_make_if_the_list_is_wrong(tmp_path: Path, simulated: StartCamera) -> None:
    camera = await simulated("Sarix")
    out = (await _probe(tmp_path, camera, "105", "--every-make", make="Axis")).out
    assert "Axis: refused (404 Not Found)" in out
    assert "answers as: Pelco, Sarix, Spectra Enhanced; correct its make" in out


@pytest.mark.parametrize("make", ["Axis", "Bosch"])
async def test_probe_identifies_a_make_with_at_most_one_login(
    tmp_path: Path, simulated: StartCamera, make: str
) -> None:
    camera = await simulated("Axis")
    camera.login_check.password = "changed"
    out = (await _probe(tmp_path, camera, "105", "--every-make", make=make, CAMERA_PASSWORD="old")).out
    assert "with its login, once" in out
    assert "verdict: LoginRejected" in out
    assert camera.login_check.refused == 1


async def test_probe_tries_every_make_for_an_unknown_one(tmp_path: Path, simulated: StartCamera) -> None:
    out = (await _probe(tmp_path, await simulated("Avigilon"), "105", make="Nikon")).out
    assert "Avigilon: wants a login" in out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["7"], "camera '7' is not in the camera list"),
        (["169.254.169.254"], "'169.254.169.254': a link-local"),
        (["10.0.0.1", "--make", "Nikon"], "--make 'Nikon' is not known; leave it out"),
        (["106"], "camera 106: no address; give it an address in CAMERA_ADDRESSES"),
    ],
)
def test_probe_exits_with_2_if_there_is_no_such_camera(tmp_path: Path, arguments: list[str], sentence: str) -> None:
    (tmp_path / "list.csv").write_text(HEADER + "105,TURNED_ON,Axis,127.0.0.1:1,\n106,TURNED_ON,Axis,,\n")
    with Program(tmp_path, "probe", *arguments, CAMERA_LIST="list.csv") as program:
        assert program.end() == 2
    assert sentence in program.err


async def test_probe_names_a_picture_file_that_cannot_be_written(tmp_path: Path, simulated: StartCamera) -> None:
    camera = await simulated("Sarix")
    program = Program(tmp_path, "probe", f"127.0.0.1:{camera.port}", "--make", "Sarix", "--save", "nowhere/p.jpg")
    assert await _ended(program) == 2
    assert "--save nowhere/p.jpg: No such file or directory; name a file that can be written" in program.err


async def test_probe_without_a_login_says_which_makes_want_one(tmp_path: Path, simulated: StartCamera) -> None:
    camera, unset = await simulated("Axis"), {"CAMERA_USERNAME": "", "CAMERA_PASSWORD": ""}
    out = (await _probe(tmp_path, camera, "105", "--every-make", **unset)).out
    assert "it wants a login, and none is set for Advidia, " in out
    assert "set CAMERA_USERNAME and CAMERA_PASSWORD" in out
    assert camera.login_check.refused == 0


async def test_probe_says_when_no_makes_path_gives_a_picture(tmp_path: Path, simulated: StartCamera) -> None:
    out = (await _probe(tmp_path, await simulated("Sarix", fault="HTML page"), "105", "--every-make")).out
    assert "no known make's path gives a picture" in out


async def test_probe_of_an_unreachable_camera_blames_no_make(tmp_path: Path, simulated: StartCamera) -> None:
    out = (await _probe(tmp_path, await simulated("Axis", fault="off"), "105", "--every-make")).out
    assert "verdict: Unreachable: unreachable (as every make); check its power" in out


async def test_probe_says_if_the_listed_make_is_right(tmp_path: Path, simulated: StartCamera) -> None:
    out = (await _probe(tmp_path, await simulated("Sarix"), "105", "--every-make")).out
    assert "answers as: Pelco, Sarix, Spectra Enhanced; its make is right" in out
