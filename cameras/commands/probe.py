"""One camera, one attempt, printed step by step: for a technician on site."""

from argparse import Namespace
from pathlib import Path

from cameras import jpeg
from cameras.camera import Address, Camera, Login
from cameras.camera_list import GENERIC, find_camera
from cameras.commands.identify import identify_make
from cameras.commands.login_guard import UNLISTED, LoginGuard, open_guard
from cameras.commands.trace import traced_thumbnail
from cameras.commands.wiring import list_source, resolver
from cameras.errors import CameraError, ConfigError, UnknownMake
from cameras.makes import Make, find_make
from cameras.service import Notifier, logs
from cameras.state import running_pid
from cameras.text import quoted
from config import Config


async def main(arguments: Namespace, config: Config, _notifier: Notifier) -> int:
    """Exit status: 0 if the camera gave a picture, else 1. ConfigError if there is no such camera or make."""
    logs.set_up("ERROR", None)
    camera, make_known = await _camera_to_probe(config, arguments.camera, arguments.make)
    try:
        async with open_guard(config, arguments.anyway) as guard:
            if arguments.every_make or not make_known:
                image = await _identify(config, camera, guard)
            else:
                image = await traced_thumbnail(camera, config.timeout, resolver(config), guard)
    except CameraError as error:
        print(f"verdict: {type(error).__name__}: {error}")
        return 1
    width, height = jpeg.size(image)
    print(f"verdict: live, a complete JPEG of {width} by {height} pixels, {len(image):,} bytes")
    if arguments.save:
        _write(arguments.save, image)
    return 0


async def _camera_to_probe(config: Config, target: str, make: str | None) -> tuple[Camera, bool]:
    """The camera with the id `target`, or at the address `target`, and whether its make is known.

    Prints where the address came from.
    """
    if "." in target or ":" in target:
        print(f"address {target} from the command line")
        return _camera_at(config, target, make), make is not None
    service_runs = running_pid(config.state_directory) is not None
    found = await find_camera(list_source(config), target, make, prefer_cache=service_runs)
    camera = found.camera
    print(f"{camera}, {camera.place or 'no place given'}; address {camera.address} from {found.address_from}")
    return camera, found.make_known


def _camera_at(config: Config, target: str, make: str | None) -> Camera:
    try:
        address, known = Address.parse(target), find_make(make or GENERIC)
    except ValueError as error:
        raise ConfigError(f"{quoted(target)}: {error}") from None
    except UnknownMake:
        raise ConfigError(f"--make {quoted(make or '')} is not known; leave it out to try every make") from None
    return Camera(UNLISTED, known.name, address, config.logins.for_make(known.prefix))


async def _identify(config: Config, camera: Camera, guard: LoginGuard) -> bytes:
    """The camera's own login, from CAMERA_ADDRESSES, is used for every make; others belong to one make."""
    own = camera.login if camera.login != config.logins.for_make(camera.prefix) else None

    def login_for(make: Make) -> Login | None:
        return own or config.logins.for_make(make.prefix)

    return await identify_make(camera, config.timeout, resolver(config), login_for, guard)


def _write(path: Path, image: bytes) -> None:
    try:
        path.write_bytes(image)
    except OSError as error:
        raise ConfigError(f"--save {path}: {error.strerror}; name a file that can be written") from error
    print(f"saved: {path}")
