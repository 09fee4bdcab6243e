"""The installed service on a real systemd, as PID 1 of a machine of its own."""

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.process import PROGRAM
from tests.scripts.machine import LIBRARIES, PATH, PYTHON, Machine

HEADER = "camera_id,camera_status,camera_mfg,camera_ip"
SETTINGS = """CAMERA_LIST=/etc/cctv-images/list.csv
CAMERA_ADDRESSES=/etc/cctv-images/addresses.csv
STORE=/var/lib/cctv-images/public
INTERVAL=1
"""
LOG = "/var/log/cctv-images/cctv.log"
PROBE_UNIT = "systemctl list-units --plain --no-legend 'cctv-images-probe-*'"
CAMERAS = """import http.server, socket, threading
hanging = socket.create_server(("127.0.0.1", 8001))
http.server.ThreadingHTTPServer(("127.0.0.1", 8000), http.server.SimpleHTTPRequestHandler).serve_forever()
"""
UP = """import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sH14s", b"lo", 0x49, b""))  # SIOCSIFFLAGS: up
"""


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory, wheels: Path) -> Iterator[Machine]:
    """A machine with the service, which is not started, a camera on port 8000 and a hanging one on port 8001."""
    try:
        machine = Machine(tmp_path_factory.mktemp("machine")).__enter__()
    except RuntimeError as error:
        pytest.skip(f"no machine with systemd: {error}")
    try:
        machine.shell(f"PYTHON={PYTHON} PIP_NO_INDEX=1 PIP_FIND_LINKS={wheels} {PROGRAM.parent}/scripts/install")
        drop_in = "/etc/systemd/system/cctv-images.service.d"
        library = "".join(f"Environment={name}={value}\\n" for name, value in LIBRARIES.items())
        machine.shell(f"mkdir {drop_in}; printf '[Service]\\n{library}' > {drop_in}/test.conf; systemctl daemon-reload")
        machine.run(PYTHON, "-c", UP)
        (machine.scratch / "cameras.py").write_text(CAMERAS)
        (machine.scratch / "still.jpg").write_bytes((PROGRAM.parent / "fallback.jpg").read_bytes())
        machine.shell(f"systemd-run --quiet -p WorkingDirectory=/tmp {PYTHON} cameras.py")
        yield machine
    finally:
        machine.__exit__()


@pytest.fixture
def host(installed: Machine) -> Iterator[Machine]:
    """With fresh settings; cameras 1 (live), 2 (offline) and 4 (hanging). Nothing runs yet."""
    rows = ["1,TURNED_ON,Generic,127.0.0.1:8000", "2,TURNED_ON,Axis,127.0.0.1:1", "4,TURNED_OFF,Generic,127.0.0.1:8001"]
    files = {
        "settings.env": SETTINGS,
        "list.csv": "\n".join([HEADER, *rows, ""]),
        "addresses.csv": "camera_id,path\n1,/still.jpg\n4,/still.jpg\n",
    }
    for name, text in files.items():
        installed.shell(f"cat > /etc/cctv-images/{name} <<'END'\n{text}END\nchmod o-r /etc/cctv-images/settings.env")
    yield installed
    installed.shell("systemctl stop cctv-images; systemctl reset-failed cctv-images 2>/dev/null || true")
    installed.shell("rm -rf /var/lib/cctv-images/* /var/log/cctv-images/*")


def start(host: Machine) -> None:
    host.shell("systemctl start cctv-images")
    host.until(f"grep -q 'INFO live 1, failing 1' {LOG}")


def status(host: Machine) -> str:
    return host.run("systemctl", "show", "cctv-images", "--property=StatusText", "--value").stdout.strip()


def test_service_is_ready_and_its_pictures_are_there(host: Machine) -> None:
    start(host)
    host.until("test -s /var/lib/cctv-images/public/image/1.jpg")
    host.until("systemctl show cctv-images --property=StatusText | grep -q '1 live, 1 failing, 0 stopped, 0 waiting'")
    assert host.run("cctv-images", "health", "--strict").stdout == "all is well\n"
    assert "2 (Axis): failing for" in host.run("cctv-images", "status").stdout


def test_reload_is_done_when_systemctl_returns(host: Machine) -> None:
    start(host)
    host.shell("echo 3,TURNED_ON,Axis,127.0.0.1:1 >> /etc/cctv-images/list.csv; systemctl reload cctv-images")
    assert "INFO camera list: 3 cameras, 1 added: 3" in host.shell(f"cat {LOG}")
    host.shell("echo '1,no such address,' >> /etc/cctv-images/addresses.csv")
    assert host.run("systemctl", "reload", "cctv-images", check=False).returncode == 1


def test_members_of_the_group_may_ask_and_others_may_not(host: Machine) -> None:
    host.shell("useradd --groups cctv-images alice; useradd mallory")
    start(host)
    revived = host.run("cctv-images", "revive", "1", user="alice")
    assert revived.stdout.startswith("camera 1 (Generic): live\n")
    assert "asked for by alice: 1\n" in host.shell(f"cat {LOG}")
    refused = host.run("cctv-images", "status", user="mallory", check=False)
    assert refused.returncode == 2
    assert "Permission denied; ask as root, or as a member of the group cctv-images" in refused.stderr
    assert host.run("cctv-images", "check", user="alice", check=False).stderr.endswith("run it as root\n")


def _sandbox(host: Machine, unit: str) -> list[str]:
    """All properties that protect the system from a unit, and who it runs as."""
    kinds = "Ambient|Capab|Device|Lock|MemoryDeny|NoNew|Private|Proc|Protect|ReadWrite|Remove|Restrict[^P]|System|UMask"
    names = host.shell(f"systemctl show {unit}").splitlines()
    found = [line for line in names if re.match(rf"({kinds}|User=|Group=|LoadCred|StateDirectory)", line)]
    assert "ProtectSystem=strict" in found
    return sorted(found)


def test_commands_have_the_sandbox_of_the_service(host: Machine) -> None:
    start(host)
    with subprocess.Popen([*host.enter(), "cctv-images", "probe", "4"], env={"PATH": PATH}, text=True) as probe:
        host.until(f"{PROBE_UNIT} | grep -q running")
        unit = host.shell(PROBE_UNIT).split()[0]
        assert _sandbox(host, unit) == _sandbox(host, "cctv-images")
        host.run("systemctl", "stop", unit)
        probe.wait(20)
    assert host.run("cctv-images", "health").stdout == "the service works\n"  # its socket is still there


@pytest.mark.parametrize("early", [True, False], ids=["at the start", "in the middle"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_to_a_command_ends_its_unit(host: Machine, number: signal.Signals, early: bool) -> None:
    command = [*host.enter(), "cctv-images", "probe", "4"]
    with subprocess.Popen(
        command, env={"PATH": PATH}, start_new_session=True, stdout=subprocess.PIPE, text=True
    ) as probe:
        host.until(f"{PROBE_UNIT} | grep -q running")
        assert probe.stdout
        assert early or any("  connected after" in line for line in iter(probe.stdout.readline, ""))
        host.shell(f"pkill --signal {number.value} --oldest --full 'sh .*cctv-images probe'")
        assert probe.wait(10) in ((1, 130) if early else (1,))
    host.until(f"! {PROBE_UNIT} | grep -q running")


def test_without_arguments_there_is_help(host: Machine) -> None:
    assert host.run("cctv-images").stdout.startswith("usage: ")


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (
            "echo INTERVALL=3 >> {}",
            "/etc/cctv-images/settings.env line 5: INTERVALL is not a setting; did you mean INTERVAL?",
        ),
        ("rm {}", "/etc/cctv-images/settings.env is missing; copy .env.example to it"),
    ],
)
def test_wrong_settings_end_it_once_and_say_why_everywhere(host: Machine, damage: str, reason: str) -> None:
    host.shell(damage.format("/etc/cctv-images/settings.env"))
    assert host.run("systemctl", "start", "cctv-images", check=False).returncode
    assert host.shell("systemctl show cctv-images --property=ActiveState --value") == "failed\n"
    assert status(host).startswith(reason)
    assert f"ERROR {reason}" in host.shell(f"tail -1 {LOG}")
    assert reason in host.shell("journalctl --unit=cctv-images --output=cat")
    checked = host.run("cctv-images", "check", check=False)
    assert (checked.returncode, reason in checked.stderr) == (2, True)


def test_reason_is_the_status_until_the_restart(host: Machine) -> None:
    host.shell("sed -i 's#^STORE=.*#STORE=s3://pictures#' /etc/cctv-images/settings.env")
    assert host.run("systemctl", "start", "cctv-images", check=False).returncode
    assert host.shell("systemctl show cctv-images --property=SubState --value") == "auto-restart\n"
    assert status(host).startswith("no AWS credentials; set AWS_ACCESS_KEY_ID")


def test_killed_service_is_reported_by_the_next_start(host: Machine) -> None:
    start(host)
    host.shell("systemctl kill --signal=KILL cctv-images")
    host.until("systemctl show cctv-images --property=SubState --value | grep -q auto-restart")
    host.shell("systemctl restart cctv-images")
    assert "WARNING the previous run ended unexpectedly at about 2" in host.shell(f"cat {LOG}")


def test_log_continues_in_a_folder_that_was_replaced(host: Machine) -> None:
    start(host)
    host.shell("rm -r /var/log/cctv-images")
    host.until("cctv-images health --strict | grep -q 'log file .* cannot be written'")
    host.shell("install -d -o cctv-images -g cctv-images /var/log/cctv-images")
    host.until(f"grep -q 'INFO live 1, failing 1' {LOG}")
    assert host.run("cctv-images", "health", "--strict").stdout == "all is well\n"


def test_journal_has_priorities_one_name_and_no_second_time(host: Machine) -> None:
    start(host)
    run = host.shell("systemctl show cctv-images --property=InvocationID --value").strip()
    journal = f"journalctl _SYSTEMD_INVOCATION_ID={run} SYSLOG_IDENTIFIER=cctv-images --output=json"
    lines = host.shell(journal).splitlines()
    entries = [json.loads(line) for line in lines]
    assert {entry["PRIORITY"] for entry in entries} == {"4", "6"}
    warning = next(entry["MESSAGE"] for entry in entries if entry["PRIORITY"] == "4")
    assert warning.startswith("WARNING camera 2 (Axis): unreachable (")
