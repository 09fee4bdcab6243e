"""The daemon is killed, or told to stop, and started again."""

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
from tests.proof.elsewhere import MEMORY, Elsewhere, elsewhere
from tests.proof.row import Row

STARTING = 0.8  # seconds that a start may take
ENDS = {signal.SIGKILL: {-signal.SIGKILL}, signal.SIGTERM: {0}}  # until Python heeds a signal, -SIGTERM


def deaths(cameras: int, times: int, number: signal.Signals, restart: float) -> Iterator[Row]:
    """The daemon is killed or stopped at random moments, every other time while it starts, else under load: `served`
    are the pictures found whole, `errors` the starts after which the first new one took longer than `restart` seconds.
    """
    starts: list[float] = []
    due = whole = 0
    with elsewhere(cameras, []) as there, tempfile.TemporaryDirectory(dir=MEMORY) as name:
        folder, pictures = Path(name), Path(name) / "public" / "image"
        settings = _settings(folder, there)
        for turn in range(times):
            with Program(folder, **settings) as program:
                if turn % 2:
                    starts.append(_until_fresh(program, pictures, 1))
                time.sleep(random.uniform(0, STARTING))
                status = program.stop(number)
            assert status in (ENDS[number] if turn % 2 else {*ENDS[number], -number}), program.err
            found = [picture.read_bytes() for picture in pictures.glob("*.jpg")]
            due, whole = due + len(found), whole + sum(map(_is_whole, found))
        with Program(folder, **settings) as program:
            _until_fresh(program, pictures, cameras)
            program.stop()
    late = sum(start > restart for start in starts)
    scenario = f"{number.name} {times} times, first picture {max(starts):.2f} s after a start at the latest ({cameras})"
    yield Row(scenario, due, whole, due - whole, 0.0, 0.0, late, "–", "–")
    assert not late, starts


def _is_whole(picture: bytes) -> bool:
    with suppress(NotAnImage):
        return jpeg.extract(picture) == picture
    return False


def _settings(folder: Path, there: Elsewhere) -> dict[str, str]:
    rows = ["camera_id,camera_status,camera_mfg,camera_ip"]
    logins = ["camera_id,username,password"]
    for camera in there.healthy:
        rows.append(f"{camera.id},TURNED_ON,{camera.make},{camera.address}")
        if camera.login:
            logins.append(f"{camera.id},{camera.login.username},{camera.login.password}")
    (folder / "list.csv").write_text("\n".join(rows))
    (folder / "logins.csv").write_text("\n".join(logins))
    return {"CAMERA_LIST": "list.csv", "CAMERA_ADDRESSES": "logins.csv", "INTERVAL": "1"}


def _until_fresh(program: Program, pictures: Path, count: int) -> float:
    """Seconds until `count` pictures are younger than now."""
    began, since = time.monotonic(), time.time()
    program.until(lambda: sum(each.stat().st_mtime > since for each in pictures.glob("*.jpg")) >= count)
    return time.monotonic() - began
