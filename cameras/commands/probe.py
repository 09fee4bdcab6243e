"""One camera, one try, traced_thumbnail step by step: for the person at the pole."""

from pathlib import Path

from cameras import jpeg
from cameras.camera import Address, Camera
from cameras.camera_list import GENERIC, find_camera
from cameras.commands.identify import identify_make
from cameras.commands.trace import traced_thumbnail
from cameras.commands.wiring import list_source
from cameras.errors import CameraError, ConfigError, UnknownMake
from cameras.makes import find_make
from cameras.text import quoted
from config import Config


async def camera_to_probe(config: Config, target: str, make: str | None) -> tuple[Camera, bool]:
    """The camera with this id on the list, or at this address, which has a dot or a colon in it; and whether its make
    is known. Prints where the address came from. ConfigError says what is wrong with either."""
    if "." in target or ":" in target:
        print(f"address {target} from the command line")
        return _camera_at(config, target, make), make is not None
    found = await find_camera(list_source(config), target, make)
    camera = found.camera
    print(f"{camera}, {camera.place or 'no place given'}; address {camera.address} from {found.address_from}")
    return camera, found.make_known


def _camera_at(config: Config, target: str, make: str | None) -> Camera:
    try:
        address, known = Address.parse(target), find_make(make or GENERIC)
    except ValueError as error:
        raise ConfigError(f"{quoted(target)}: {error}") from None
    except UnknownMake:
        raise ConfigError(f"--make {quoted(make or '')} is not known; leave it out, and every make is tried") from None
    return Camera("probe", known.name, address, config.logins.for_make(known.prefix))


async def run_probe(config: Config, camera: Camera, every_make: bool, save: Path | None) -> int:
    """Exit status: 0 if the camera gave a whole picture, else 1. `save` is where to write it."""
    try:
        image = await (identify_make if every_make else traced_thumbnail)(config, camera)
    except CameraError as error:
        print(f"verdict: {type(error).__name__}: {error}")
        return 1
    width, height = jpeg.size(image)
    print(f"verdict: live, a whole JPEG of {width} by {height} pixels, {len(image):,} bytes")
    if save:
        _write(save, image)
    return 0


def _write(path: Path, image: bytes) -> None:
    try:
        path.write_bytes(image)
    except OSError as error:
        raise ConfigError(f"--save {path}: {error.strerror}; name a file that can be written") from error
    print(f"saved: {path}")
