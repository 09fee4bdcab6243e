"""One camera of the list, for the probe."""

from dataclasses import dataclass, replace

from cameras.camera import Camera
from cameras.camera_list import list_cache
from cameras.camera_list.addresses import GENERIC, NO_OVERRIDE, Override
from cameras.camera_list.camera_list import read_joined
from cameras.camera_list.dataset import Row, Skip, camera_id, to_camera
from cameras.camera_list.source import Listing, ListSource
from cameras.errors import ConfigError
from cameras.makes import is_known
from cameras.text import quoted


@dataclass(frozen=True)
class Found:
    """A camera of the list."""

    camera: Camera
    address_from: str  # the setting or column that its address comes from
    make_known: bool  # if not, its make is Generic and its path /


async def find_camera(source: ListSource, id: str, make: str | None = None, prefer_cache: bool = False) -> Found:
    """The camera with this id, whatever its status; `make` replaces the make on record. The portal gets one attempt.

    `prefer_cache`: the portal is asked only if the cached list, which is what a running service uses, has no such id.
    ConfigError if there is no such camera or it has no address. DatasetError as for load_cameras.
    """
    source = replace(source, limits=replace(source.limits, retry_delays=()))
    overrides = await source.read_overrides()
    cached = await list_cache.load(source) if prefer_cache and not source.export_file else None
    row = _row(cached, id) or _row((await read_joined(source, overrides)).listing, id)
    if row is None:
        raise ConfigError(f"camera {quoted(id)} is not in the camera list; give an id of the list or an address")
    return _found(source, row, overrides.by_id.get(id, NO_OVERRIDE), make)


def _row(listing: Listing | None, id: str) -> Row | None:
    return next((row for row in listing.rows if camera_id(row) == id), None) if listing else None


def _found(source: ListSource, row: Row, override: Override, make: str | None) -> Found:
    make = make or override.make or str(row.get("camera_mfg", ""))
    make_known = is_known(make)
    override = replace(override, publish=True, make=make if make_known else GENERIC)
    if not make_known:
        override = replace(override, path="/")
    try:
        camera = to_camera(row, override, source.logins, source.address_column, check_status=False)
    except Skip as skip:
        raise ConfigError(f"camera {camera_id(row)}: {skip}; give it an address in CAMERA_ADDRESSES") from None
    column = f"column {source.address_column} of the camera list"
    return Found(camera, "CAMERA_ADDRESSES" if override.address else column, make_known)
