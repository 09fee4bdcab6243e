"""The service is killed, or stopped, and started again."""

import random
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from cameras import jpeg
from cameras.errors import NotAnImage
from tests.process import Program
from tests.proof.fleet_process import MEMORY, FleetProcess, fleet_process
from tests.proof.result import Result

START_TIME = 0.8  # seconds, about
EXIT_STATUSES = {signal.SIGKILL: {-signal.SIGKILL}, signal.SIGTERM: {0}}


def restarts(cameras: int, times: int, number: signal.Signals, max_start: float) -> Iterator[Result]:
    """The service gets a signal at random moments, every other time while it starts, else under load.

    `served` are the pictures found complete, `errors` the starts whose first picture took over `max_start` seconds.
    """
    starts: list[float] = []
    found = complete = 0
    with fleet_process(cameras, []) as servers, tempfile.TemporaryDirectory(dir=MEMORY) as name:
        folder, pictures = Path(name), Path(name) / "public" / "image"
        settings = _write_settings(folder, servers)
        for attempt in range(times):
            under_load = attempt % 2 == 1
            with Program(folder, **settings) as program:
                if under_load:
                    starts.append(_until_fresh(program, pictures, 1))
                time.sleep(random.uniform(0, START_TIME))
                status = program.stop(number)
            # While Python starts, before our handler is set, SIGTERM ends it.
            assert status in EXIT_STATUSES[number] | (set() if under_load else {-number}), program.err
            contents = [picture.read_bytes() for picture in pictures.glob("*.jpg")]
            found, complete = found + len(contents), complete + sum(map(_is_complete, contents))
        with Program(folder, **settings) as program:
            _until_fresh(program, pictures, cameras)
            program.stop()
    late = sum(start > max_start for start in starts)
    scenario = f"{number.name} {times} times, first picture at most {max(starts):.2f} s after a start ({cameras})"
    yield Result(scenario, found, complete, found - complete, 0, 0.0, 0.0, late, "–", "–")
    assert not late, starts


def _is_complete(picture: bytes) -> bool:
    with suppress(NotAnImage):
        return jpeg.extract(picture) == picture
    return False


def _write_settings(folder: Path, servers: FleetProcess) -> dict[str, str]:
    rows = ["camera_id,camera_status,camera_mfg,camera_ip"]
    logins = ["camera_id,username,password"]
    for camera in servers.healthy:
        rows.append(f"{camera.id},TURNED_ON,{camera.make},{camera.address}")
        if camera.login:
            logins.append(f"{camera.id},{camera.login.username},{camera.login.password}")
    (folder / "list.csv").write_text("\n".join(rows))
    (folder / "logins.csv").write_text("\n".join(logins))
    return {"CAMERA_LIST": "list.csv", "CAMERA_ADDRESSES": "logins.csv", "INTERVAL": "1"}


def _until_fresh(program: Program, pictures: Path, count: int) -> float:
    """Seconds until `count` pictures are newer than now."""
    start, since = time.monotonic(), time.time()
    program.until(lambda: sum(picture.stat().st_mtime > since for picture in pictures.glob("*.jpg")) >= count)
    return time.monotonic() - start
