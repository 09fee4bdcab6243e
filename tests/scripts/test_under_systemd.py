"""The installed service on a real systemd, as PID 1 of a machine of its own."""

import json
import re
import signal
import subprocess

import pytest

from tests.scripts.machine import PATH, Machine

LOG = "/var/log/cctv-images/cctv.log"
PROBE_UNIT = "systemctl list-units --plain --no-legend 'cctv-images-probe-*'"


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
    # Whoever runs the tests in the background ignores SIGINT, and a shell cannot trap what was ignored before it.
    command = [*host.enter(), "env", "--default-signal=INT", "cctv-images", "probe", "4"]
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
