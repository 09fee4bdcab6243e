"""Is everything set up? The settings, the camera list, the logins, the store and the service."""

import asyncio
from argparse import Namespace
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace

from cameras.camera import Camera
from cameras.camera_list import CameraList, load_cameras
from cameras.commands.table import Row, table
from cameras.commands.wiring import list_source, open_watcher, running_service, utc_now
from cameras.errors import CctvImagesError, ControlError, DatasetError, ServiceNotRunning, StoreError
from cameras.service import Notifier, logs
from config import Config

TIMEOUT = 10.0  # seconds for each part
MAX_LISTED_IDS = 10  # per line; the service's log has more
MARKER = "image/_check.jpg"  # no camera's id can start with "_"

Part = Callable[[Config], Awaitable[str]]


async def main(arguments: Namespace, config: Config, _notifier: Notifier) -> int:
    """Print what is found, part by part. The exit status is the worst of them."""
    if arguments.settings_only:
        print("settings: no mistake found")
        return 0
    logs.set_up("ERROR", config.log_file, journal_stream=config.journal_stream)
    parts: dict[str, Part] = {"camera list": _check_list, "store": _check_store, "service": _check_service}
    results = await asyncio.gather(*[_result(name, part, config) for name, part in parts.items()])
    print("\n".join(text for text, _ in results))
    return max(status for _, status in results)


async def _result(name: str, part: Part, config: Config) -> tuple[str, int]:
    try:
        return f"{name}: {await part(config)}", 0
    except CctvImagesError as error:
        return f"{name}: FAILED: {error}", error.exit_status


async def _check_list(config: Config) -> str:
    """Cameras by make and login; DatasetError if the portal is unavailable, even if there is a cached list."""
    source = list_source(config)
    limits = replace(source.limits, timeout=TIMEOUT, read_timeout=TIMEOUT, retry_delays=())
    cameras = await load_cameras(replace(source, limits=limits))
    found = f"{len(cameras.cameras)} cameras\n{table(_rows(cameras))}"
    if cameras.from_cache:
        raise DatasetError(f"{cameras.problem}; the list of {cameras.saved:%Y-%m-%d %H:%M} UTC is used: {found}")
    return found


async def _check_store(config: Config) -> str:
    """One put is all that a strict bucket policy allows."""
    try:
        async with asyncio.timeout(TIMEOUT), open_watcher(config) as watcher:
            store, now = watcher.uploads.store, utc_now()
            metadata = {"captured-at": now.isoformat(timespec="seconds"), "state": "check"}
            await store.put(MARKER, watcher.fallback, now, metadata)
    except TimeoutError as error:
        raise StoreError(f"{config.store} does not answer within {TIMEOUT:g} s; check the network") from error
    return f"{store} accepts uploads, tried with {MARKER}"


async def _check_service(config: Config) -> str:
    try:
        async with running_service(config) as service:
            problems = await service.problems(strict=True)
    except ServiceNotRunning:
        return "not running"
    if problems:
        raise ControlError(f"running, but {'; '.join(problems)}")
    return "running, and all is well"


def _rows(cameras: CameraList) -> Iterator[Row]:
    """Cameras by make and the source of their login, never its value; then which rows are skipped and why."""
    for (make, login), count in sorted(Counter((camera.make, _login(camera)) for camera in cameras.cameras).items()):
        yield f"  {make}", count, login
    for reason, ids in cameras.skipped.items():
        yield f"skipped: {reason}", len(ids), ", ".join(ids[:MAX_LISTED_IDS]) + ", …" * (len(ids) > MAX_LISTED_IDS)


def _login(camera: Camera) -> str:
    return f"login: {camera.login.source}" if camera.login else "no login"
