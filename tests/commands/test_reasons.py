"""Why the service ended is where people look: the log file, systemd's STATUS, the next start."""

import asyncio
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.process import Program, Service

LIST = "camera_id,camera_status,camera_mfg,camera_ip\n1,TURNED_ON,Axis,127.0.0.1:1\n"


class Systemd:
    """systemd's end of the notify socket."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.socket.setblocking(False)

    def status(self) -> str:
        """The last that was sent."""
        last = ""
        while True:
            try:
                lines = self.socket.recv(4096).decode().splitlines()
            except BlockingIOError:
                return last
            last = next((line.removeprefix("STATUS=") for line in lines if line.startswith("STATUS=")), last)


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    systemd = Systemd(tmp_path / "notify")
    yield systemd
    systemd.socket.close()


def unit(folder: Path, **settings: str) -> Program:
    """The service as the unit starts it."""
    (folder / "list.csv").write_text(LIST)
    return Service(folder, **{"LOGS_DIRECTORY": str(folder), "NOTIFY_SOCKET": str(folder / "notify"), **settings})


def logged(folder: Path) -> list[str]:
    return (folder / "cctv.log").read_text().splitlines()


def test_each_invalid_setting_is_a_line_of_the_log_file_and_in_the_status(tmp_path: Path, systemd: Systemd) -> None:
    (tmp_path / ".env").write_text("# the interval\n\nINTERVAL=soon\nexport STROE=public\n")
    with unit(tmp_path, CAMERA_LIST="list.csv", MAX_FAILURES="none") as program:
        assert program.end() == 2
    interval, count, name = (line.partition(" ERROR ")[2] for line in logged(tmp_path))
    assert interval.startswith(".env line 3: INTERVAL='soon' must be a number of seconds")
    assert count.startswith("MAX_FAILURES='none' must be a whole number")
    assert name == ".env line 4: STROE is not a setting; did you mean STORE?"
    assert systemd.status() == "; ".join([interval, count, name])


@pytest.mark.parametrize(
    ("settings", "status", "reason"),
    [
        ({"SETTINGS_FILE": "none.env"}, 2, "none.env is missing; copy .env.example to it"),
        ({"CAMERA_LIST": "list.csv", "STORE": "s3://pictures", "AWS_ACCESS_KEY_ID": ""}, 1, "no AWS credentials"),
        ({"SOCRATA_DOMAIN": "localhost:1"}, 1, "the camera list is unavailable and there is no cached copy"),
        ({"CAMERA_LIST": "list.csv", "FALLBACK_IMAGE": "list.csv"}, 2, "is not a complete JPEG"),
    ],
)
def test_error_that_ends_the_service_is_in_log_file_and_status(
    tmp_path: Path, systemd: Systemd, settings: dict[str, str], status: int, reason: str
) -> None:
    with unit(tmp_path, **settings) as program:
        assert program.end() == status
    last = logged(tmp_path)[-1].partition(" ERROR ")[2]
    assert reason in last
    assert systemd.status() == last


def test_fleet_that_has_stopped_is_in_the_status(tmp_path: Path, systemd: Systemd) -> None:
    with unit(tmp_path, CAMERA_LIST="list.csv", INTERVAL="0.2", MAX_FAILURES="1") as program:
        assert program.end() == 1
    assert logged(tmp_path)[-1].endswith("ERROR every camera has stopped; restart the service to try them again")
    assert systemd.status() == "every camera has stopped; restart the service to try them again"


def test_bug_that_ends_the_service_is_in_the_status(tmp_path: Path, systemd: Systemd) -> None:
    """A broken installation stands for a bug."""
    broken = tmp_path / "broken" / "sodapy.py"
    broken.parent.mkdir()
    broken.write_text("raise RuntimeError('a bug')\n")
    with unit(tmp_path, PYTHONPATH=str(broken.parent)) as program:
        assert program.end() == 1
    assert "CRITICAL unexpected error, exiting; please report it" in (tmp_path / "cctv.log").read_text()
    assert logged(tmp_path)[-1] == "RuntimeError: a bug"
    assert systemd.status() == "unexpected error, RuntimeError; its traceback is in the log"


def test_settings_file_of_the_unit_is_read_from_its_credential(tmp_path: Path, systemd: Systemd) -> None:
    """Only root can read the file itself; messages name it all the same."""
    (tmp_path / "settings.env").write_text("export INTERVAL='7'\n# at home\nMAX_FAILURES=x\n")
    place = {"SETTINGS_FILE": "/etc/cctv-images/settings.env", "CREDENTIALS_DIRECTORY": str(tmp_path)}
    with unit(tmp_path, CAMERA_LIST="list.csv", **place) as program:
        assert program.end() == 2
    assert "/etc/cctv-images/settings.env line 3: MAX_FAILURES='x' must be" in logged(tmp_path)[-1]
    (tmp_path / "settings.env").write_text("MISSING")
    with unit(tmp_path, CAMERA_LIST="list.csv", **place) as program:
        assert program.end() == 2
    assert "ERROR /etc/cctv-images/settings.env is missing; copy .env.example to it" in logged(tmp_path)[-1]


def test_files_beside_the_settings_file_come_after_it(tmp_path: Path, systemd: Systemd) -> None:
    for place, prefix in ((tmp_path / "etc", "settings.d/"), (tmp_path / "credentials", "settings.d_")):
        (place / f"{prefix}1.env").parent.mkdir(parents=True)
        (place / "settings.env").write_text("INTERVAL=1\nMAX_FAILURES=2\n")
        (place / f"{prefix}1.env").write_text("INTERVAL=2\nTIMEOUT=x\n")
        (place / f"{prefix}2.env").write_text("# at home\nINTERVAL=y\n")
        (place / f"{prefix}notes.txt").write_text("not a setting\n")
        settings = {"SETTINGS_FILE": str(tmp_path / "etc/settings.env")}
        if place.name == "credentials":
            settings["CREDENTIALS_DIRECTORY"] = str(place)
        with unit(tmp_path, CAMERA_LIST="list.csv", **settings) as program:
            assert program.end() == 2
        interval, timeout = (line.partition(" ERROR ")[2] for line in logged(tmp_path)[-2:])
        assert interval.startswith(f"{tmp_path}/etc/settings.d/2.env line 2: INTERVAL='y'")
        assert timeout.startswith(f"{tmp_path}/etc/settings.d/1.env line 2: TIMEOUT='x'")


def test_misspelled_name_in_the_environment_is_a_warning(tmp_path: Path, systemd: Systemd) -> None:
    with unit(tmp_path, CAMERA_LIST="list.csv", STATUS_ADRESS="0.0.0.0:80") as program:
        program.until(lambda: "watching 1 cameras" in program.err)
    warning = "STATUS_ADRESS is not a setting; did you mean STATUS_ADDRESS? It is in the environment"
    assert f"WARNING settings: {warning}" in program.err


def test_end_without_a_reason_is_reported_by_the_next_start(tmp_path: Path, systemd: Systemd) -> None:
    for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGTERM):
        with unit(tmp_path, CAMERA_LIST="list.csv") as program:
            program.until(lambda: "watching 1 cameras" in program.err)
            program.stop(number)
    lines = logged(tmp_path)
    reported = [line for line in lines if "the previous run ended unexpectedly at about " in line]
    assert len(reported) == 1
    assert lines.index(reported[0]) < [line.endswith("INFO stopped by a signal") for line in lines].index(True)


def test_after_an_error_that_may_pass_the_next_run_waits(tmp_path: Path, systemd: Systemd) -> None:
    """Unless it was stopped meanwhile: then somebody has done something about it."""
    settings = {"SOCRATA_DOMAIN": "localhost:1"}
    with unit(tmp_path, **settings) as program:
        assert program.end() == 1
    reason = logged(tmp_path)[-1].partition(" ERROR ")[2]
    with unit(tmp_path, **settings) as program:
        program.until(lambda: " s before the next attempt; the last one: " in program.err)
        waiting = systemd.status()
        assert waiting.startswith("waiting ")
        assert waiting.endswith(f" s before the next attempt; the last one: {reason}")
        assert program.stop() == 0
    with unit(tmp_path, **settings) as program:
        assert program.end() == 1
    assert " before the next attempt" not in program.err


async def test_restart_after_an_error_is_no_unexpected_end(tmp_path: Path, systemd: Systemd) -> None:
    for _ in range(2):
        with unit(tmp_path, CAMERA_LIST="list.csv", FALLBACK_IMAGE="list.csv") as program:
            assert await asyncio.to_thread(program.end) == 2
    assert "ended unexpectedly" not in (tmp_path / "cctv.log").read_text()
