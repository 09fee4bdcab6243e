"""Is all set up? The settings, the camera list, the logins and the store, before the service starts."""

from collections import Counter

from cameras.camera import Camera
from cameras.camera_list import CameraList
from cameras.commands.wiring import open_watcher, utc_now
from config import Config

MAX_LISTED_IDS = 10  # in a line; the log has more
MARKER = "image/_check.jpg"  # no camera's id can begin with "_"


async def run_check(config: Config, cameras: CameraList) -> int:
    """Prints a table, then puts a marker into the store; StoreError if it cannot (one put is all that a strict bucket
    policy allows). Exit status 0."""
    print(table(cameras))
    async with open_watcher(config) as watcher:
        store, now = watcher.uploads.store, utc_now()
        await store.put(
            MARKER, watcher.fallback, now, {"captured-at": now.isoformat(timespec="seconds"), "state": "check"}
        )
        print(f"store: {store} takes pictures: {MARKER} was put into it")
    return 0


def table(cameras: CameraList) -> str:
    """Cameras by make and the source of their login, never its value; then who is left out and why."""
    rows = [("cameras to watch", len(cameras.cameras), "")]
    for (make, login), count in sorted(Counter((each.make, _login(each)) for each in cameras.cameras).items()):
        rows.append((f"  {make}", count, login))
    rows += [(f"left out: {reason}", len(ids), _shorten(ids)) for reason, ids in cameras.skipped.items()]
    width = max(len(name) for name, _, _ in rows)
    return "\n".join(f"{name:<{width}}  {count:>6}  {login}".rstrip() for name, count, login in rows)


def _shorten(ids: list[str]) -> str:
    return ", ".join(ids[:MAX_LISTED_IDS]) + (", …" if len(ids) > MAX_LISTED_IDS else "")


def _login(camera: Camera) -> str:
    return f"login: {camera.login.source}" if camera.login else "no login"
