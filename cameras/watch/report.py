"""The fleet as text, for the command `status` and for the log."""

from collections.abc import Iterator
from datetime import datetime

from cameras.text import human_readable, printable
from cameras.watch.status_json import CameraJson, StatusJson

OFFLINE = ("failing", "stopped")


def report(status: StatusJson) -> Iterator[str]:
    """A summary, what is wrong, then every offline camera with its reason, the longest offline first."""
    at, counts, camera_list = datetime.fromisoformat(status["at"]), status["counts"], status["camera_list"]
    started = datetime.fromisoformat(status["started"])
    yield f"cctv-images {status['version']}, running for {human_readable(at - started)}"
    states = ", ".join(f"{counts[name]} {name}" for name in ("live", "failing", "stopped", "waiting", "frozen"))
    yield f"cameras: {states}; pictures to {status['store']['name']}"
    read = human_readable(at - datetime.fromisoformat(camera_list["saved"]))
    yield f"camera list: read {read} ago{', from the cache' if camera_list['cached'] else ''}"
    for name, problem in (("camera list", camera_list["problem"]), ("private files", camera_list["files_problem"])):
        if problem:
            yield f"problem: {name}: {problem}"
    for problem in status["problems"]:
        yield f"problem: {problem}"
    offline = [camera for camera in status["cameras"] if camera["state"] in OFFLINE]
    for camera in sorted(offline, key=lambda camera: camera["failing_since"] or status["at"]):
        yield _line(camera, at)


def _line(camera: CameraJson, at: datetime) -> str:
    """`105 (Wisenet, 5TH ST / RED RIVER ST): stopped for 2.1 days, since 2026-11-24 08:02 UTC: unreachable (...)`."""
    since = datetime.fromisoformat(camera["failing_since"]) if camera["failing_since"] else None
    time = f" for {human_readable(at - since)}, since {since:%Y-%m-%d %H:%M} UTC" if since else ""
    place = f", {printable(camera['place'])}" if camera["place"] else ""
    return f"{camera['id']} ({camera['make']}{place}): {camera['state']}{time}: {camera['error']}"
