import asyncio
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from cameras.errors import ConfigError
from cameras.service import Notifier
from tests.process import Program


class Manager:
    """systemd's end of the notify socket."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.settimeout(30)
        self.socket.bind(self.path)

    def read(self) -> list[str]:
        return self.socket.recv(4096).decode().splitlines()

    def read_until(self, line: str) -> list[str]:
        """All lines up to and including the first that starts with `line`."""
        lines: list[str] = []
        while not any(read.startswith(line) for read in lines):
            lines += self.read()
        return lines


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    manager = Manager(tmp_path / "notify")
    yield manager
    manager.socket.close()


def test_service_reports_ready_watchdog_status_and_stopping(tmp_path: Path, manager: Manager) -> None:
    (tmp_path / "list.csv").write_text("camera_id,camera_status,camera_mfg,camera_ip\n1,TURNED_ON,Axis,127.0.0.1:1\n")
    settings = {"CAMERA_LIST": "list.csv", "INTERVAL": "1", "MAX_FAILURES": "1000"}
    with Program(tmp_path, NOTIFY_SOCKET=manager.path, WATCHDOG_USEC="200000", **settings) as program:
        assert "READY=1" in manager.read_until("STATUS=")
        lines = manager.read_until("STATUS=0 live, 1 failing, 0 stopped")
        assert "WATCHDOG=1" in lines
        program.process.send_signal(signal.SIGTERM)
        manager.read_until("STOPPING=1")
        assert program.end() == 0


async def test_blocked_loop_sends_no_watchdog_message(manager: Manager) -> None:
    running = asyncio.create_task(Notifier(manager.path, watchdog=0.001).run(lambda: "well"))
    await asyncio.sleep(0)
    assert manager.read() == ["READY=1", "STATUS=well"]
    manager.socket.settimeout(0.1)
    with pytest.raises(TimeoutError):  # this call blocks the loop
        manager.read()
    running.cancel()


@pytest.mark.parametrize(
    ("variables", "watchdog"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
    ],
)
def test_watchdog_is_on_only_for_this_process(variables: dict[str, str], watchdog: float | None) -> None:
    assert Notifier.from_environment(variables).watchdog == watchdog


@pytest.mark.parametrize("microseconds", ["x", "-5", "0", "²"])
def test_malformed_watchdog_time_is_one_sentence(microseconds: str) -> None:
    with pytest.raises(ConfigError, match="is not a number of microseconds; only systemd should set it"):
        Notifier.from_environment({"WATCHDOG_USEC": microseconds})


def test_messages_without_a_receiver_are_dropped(tmp_path: Path) -> None:
    Notifier().send("READY=1")
    Notifier(str(tmp_path / "gone")).send("READY=1")


def test_abstract_socket_is_supported() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind("\0cctv-images-test")
        Notifier.from_environment({"NOTIFY_SOCKET": "@cctv-images-test"}).send("READY=1")
        assert sock.recv(100) == b"READY=1"
