"""Is everything set up? The settings, the camera list, the logins and the store, before the service starts."""

from argparse import Namespace
from collections import Counter
from collections.abc import Iterator

from cameras.camera import Camera
from cameras.camera_list import CameraList, load_cameras
from cameras.commands.table import Row, table
from cameras.commands.wiring import list_source, open_watcher, utc_now
from cameras.service import Notifier, logs
from config import Config

MAX_LISTED_IDS = 10  # per line; the service's log has more
MARKER = "image/_check.jpg"  # no camera's id can start with "_"


async def main(_arguments: Namespace, config: Config, _notifier: Notifier) -> int:
    """Print a table, then put a marker into the store; StoreError if the store refuses it. Exit status 0."""
    logs.set_up("WARNING", config.log_file, journal_stream=config.journal_stream)
    print(table(_rows(await load_cameras(list_source(config)))))
    async with open_watcher(config) as watcher:
        store, now = watcher.uploads.store, utc_now()
        metadata = {"captured-at": now.isoformat(timespec="seconds"), "state": "check"}
        await store.put(MARKER, watcher.fallback, now, metadata)  # one put is all that a strict bucket policy allows
    print(f"store: {store} accepts uploads, tried with {MARKER}")
    return 0


def _rows(cameras: CameraList) -> Iterator[Row]:
    """Cameras by make and the source of their login, never its value; then which rows are skipped and why."""
    yield "cameras to watch", len(cameras.cameras), ""
    for (make, login), count in sorted(Counter((camera.make, _login(camera)) for camera in cameras.cameras).items()):
        yield f"  {make}", count, login
    for reason, ids in cameras.skipped.items():
        yield f"skipped: {reason}", len(ids), ", ".join(ids[:MAX_LISTED_IDS]) + ", …" * (len(ids) > MAX_LISTED_IDS)


def _login(camera: Camera) -> str:
    return f"login: {camera.login.source}" if camera.login else "no login"
