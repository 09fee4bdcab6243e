"""Which make is this camera? A wrong make in the camera list can keep a camera offline for years."""

from collections.abc import Callable, Collection
from dataclasses import replace

from cameras.camera import Camera, Login
from cameras.camera_list import GENERIC
from cameras.commands.login_guard import LoginGuard
from cameras.commands.trace import traced_thumbnail
from cameras.connection import Client
from cameras.errors import CameraError, LoginRejected, NotAnImage, Unreachable
from cameras.makes import Make, all_makes
from cameras.net import Resolver
from cameras.thumbnail import thumbnail

TIMEOUT_PER_MAKE = 4.0  # seconds

LoginFor = Callable[[Make], Login | None]


async def identify_make(
    camera: Camera, timeout: float, resolver: Resolver, login_for: LoginFor, guard: LoginGuard
) -> bytes:
    """The camera's picture, fetched as the first make that works; CameraError if none does. Prints each result.

    Every make is tried without a login. If none gives a picture, one login is sent: as the likeliest of the makes that
    asked for one, within `timeout` seconds.
    """
    makes = [make for make in all_makes() if make.name != GENERIC]
    client = Client(resolver)
    results = {make.name: await _try(camera, make, client) for make in makes}
    pictures = {name: result for name, result in results.items() if isinstance(result, bytes)}
    if pictures:
        print(f"answers as: {', '.join(pictures)}; {_advice(camera.make, pictures)}")
        return pictures.get(camera.make) or next(iter(pictures.values()))
    if all(isinstance(result, Unreachable) for result in results.values()):
        raise Unreachable("as every make")
    asking = [make for make in makes if isinstance(results[make.name], LoginRejected)]
    return await _with_login(camera, timeout, resolver, login_for, guard, asking)


def _advice(listed_make: str, pictures: Collection[str]) -> str:
    return "its make is right" if listed_make in pictures else "correct its make in the camera list"


async def _try(camera: Camera, make: Make, client: Client) -> bytes | CameraError:
    """The picture, or why there is none: to identify a make, both are results."""
    try:
        picture = await thumbnail(
            replace(camera, make=make.name, login=None), make.fetch, client, TIMEOUT_PER_MAKE, tries=1
        )
    except CameraError as error:
        print(f"{make.name}: {'wants a login' if isinstance(error, LoginRejected) else error}")
        return error
    print(f"{make.name}: gives a picture")
    return picture


async def _with_login(
    camera: Camera, timeout: float, resolver: Resolver, login_for: LoginFor, guard: LoginGuard, asking: list[Make]
) -> bytes:
    """One attempt only, since cameras lock accounts: as the make in the list if it is one of `asking`, else as the
    first of them that has a login."""
    for make in sorted(asking, key=lambda make: make.name != camera.make):
        if login := login_for(make):
            print(f"trying {make.name} with its login, once")
            return await traced_thumbnail(replace(camera, make=make.name, login=login), timeout, resolver, guard)
    if asking:
        names = ", ".join(make.name for make in asking)
        raise LoginRejected(f"it wants a login, and none is set for {names}", "set CAMERA_USERNAME and CAMERA_PASSWORD")
    raise NotAnImage("no known make's path gives a picture", "find its path in its manual; give it in CAMERA_ADDRESSES")
