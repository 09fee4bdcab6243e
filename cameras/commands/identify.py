"""Which make is this camera? A wrong make in the record keeps a camera dark for years."""

from dataclasses import replace

from aiohttp import ClientSession

from cameras.camera import Camera
from cameras.camera_list import GENERIC
from cameras.commands.trace import traced_thumbnail
from cameras.connection.connection import open_session
from cameras.errors import CameraError, LoginRejected, UnknownMake, Unreachable
from cameras.makes import Make, all_makes
from cameras.thumbnail import thumbnail
from config import Config

TIMEOUT_PER_MAKE = 4.0  # seconds for each make


async def identify_make(config: Config, camera: Camera) -> bytes:
    """The camera's picture as the first make that it answers to. Every make is tried without a login; then, if need be,
    the likeliest of those that want one, once, with it. Prints what each gave; CameraError if none gives a picture."""
    makes = [make for make in all_makes() if make.name != GENERIC]
    async with open_session() as session:
        outcomes = {make.name: await _outcome(replace(camera, make=make.name, login=None), session) for make in makes}
    pictures = {name: outcome for name, outcome in outcomes.items() if isinstance(outcome, bytes)}
    if pictures:
        print(f"answers as: {', '.join(pictures)}; {_advice(camera.make, pictures)}")
        return pictures.get(camera.make) or next(iter(pictures.values()))
    if all(isinstance(outcome, Unreachable) for outcome in outcomes.values()):
        raise Unreachable("as every make")
    return await _with_login(config, camera, [make for make in makes if isinstance(outcomes[make.name], LoginRejected)])


def _advice(on_record: str, pictures: dict[str, bytes]) -> str:
    return "its make is right" if on_record in pictures else "correct its make in the camera list"


async def _outcome(camera: Camera, session: ClientSession) -> bytes | CameraError:
    """The picture, or why there is none: here both are findings."""
    try:
        picture = await thumbnail(camera, session, TIMEOUT_PER_MAKE, tries=1)
    except CameraError as error:
        print(f"{camera.make}: {'wants a login' if isinstance(error, LoginRejected) else error}")
        return error
    print(f"{camera.make}: gives a picture")
    return picture


async def _with_login(config: Config, camera: Camera, wanting: list[Make]) -> bytes:
    """A wrong login may lock us out, so there is one try, which ends when the login is rejected: with the make on
    record if it is among them, else the first that we have a login for."""
    own = camera.login if camera.login != config.logins.for_make(camera.prefix) else None
    for make in sorted(wanting, key=lambda make: make.name != camera.make):
        if login := own or config.logins.for_make(make.prefix):
            print(f"trying {make.name} with its login, once")
            return await traced_thumbnail(config, replace(camera, make=make.name, login=login))
    if wanting:
        names = ", ".join(make.name for make in wanting)
        raise LoginRejected(f"it wants a login, and none is set for {names}", "set CAMERA_USERNAME and CAMERA_PASSWORD")
    raise UnknownMake(
        "no known make's path gives a picture", "find its path in its manual; give it in CAMERA_ADDRESSES"
    )
