"""The camera list: where its rows come from, and what is said about those that are left out."""

import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from cameras.camera import Camera
from cameras.camera_list import socrata
from cameras.camera_list.addresses import GENERIC, NO_OVERRIDE, Override, read_addresses
from cameras.camera_list.dataset import TURNED_ON, Row, join
from cameras.camera_list.export import read_export
from cameras.camera_list.list_cache import NAME, load, save
from cameras.errors import ConfigError, DatasetError
from cameras.makes import is_known
from cameras.text import human_readable, quoted
from config import Config

MAX_LISTED_IDS = 200  # in a line
MIN_LIST_RATIO = 0.5  # of the kept list's cameras; a portal in trouble may give a part of the list, or of its columns

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CameraList:
    """`skipped`: the ids that are left out, by reason. `saved`: when the source gave the rows (UTC). `kept`: it is the
    last good list, for the portal could not be reached."""

    cameras: list[Camera]
    skipped: dict[str, list[str]]
    saved: datetime
    kept: bool = False


async def load_cameras(config: Config, pauses: tuple[float, ...] = socrata.RETRY_DELAYS) -> CameraList:
    """The cameras to watch; at least one. `pauses` are the seconds between tries to reach Socrata.

    Raises ConfigError (settings or files to be mended, or no camera with an address) and DatasetError (the list cannot
    be had now, and none is kept).
    """
    addresses = read_addresses(config.camera_addresses) if config.camera_addresses else {}
    rows, saved, is_kept = await _rows(config, addresses, pauses)
    joined = join(rows, addresses, config)
    if strangers := addresses.keys() - {str(row.get("camera_id")).strip() for row in rows}:
        log.warning("in CAMERA_ADDRESSES, but not in the camera list: %s", _shorten(sorted(strangers)))
    for reason, ids in sorted(joined.skipped.items(), key=lambda item: -len(item[1])):
        log.info("%d left out, %s: %s", len(ids), reason, _shorten(ids))
    if not joined.cameras:
        raise ConfigError(_no_camera_message(joined.skipped, config))
    if not (config.camera_list or is_kept):  # only now: a list without cameras must not push out a good one
        save(rows, config.state_directory, _source(config), saved)
    return CameraList(joined.cameras, joined.skipped, saved, is_kept)


async def find_camera(config: Config, id: str, make: str | None = None) -> tuple[Camera, str, bool]:
    """One camera of the list, whatever its status; where its address came from; and whether its make is known. `make`
    takes the place of the one on record. ConfigError if there is no such camera, or it has no address."""
    addresses = read_addresses(config.camera_addresses) if config.camera_addresses else {}
    rows = [row for row in (await _rows(config, addresses, ()))[0] if str(row.get("camera_id")).strip() == id]
    if not rows:
        raise ConfigError(f"camera {quoted(id)} is not in the camera list; give an id of the list or an address")
    private = addresses.get(id, NO_OVERRIDE)
    on_record = make or private.make or str(rows[0].get("camera_mfg", ""))
    known = is_known(on_record)
    row = {**rows[0], "camera_status": TURNED_ON, "camera_mfg": on_record if known else GENERIC}
    asked_as = None if make or not known else private.make
    private = replace(private, make=asked_as, publish=True, path=private.path if known else "/")
    joined = join([row], {id: private}, config)
    if not joined.cameras:
        raise ConfigError(f"camera {id}: {min(joined.skipped)}; give it an address in CAMERA_ADDRESSES")
    where = "CAMERA_ADDRESSES" if private.address else f"column {config.socrata_address_field} of the camera list"
    return joined.cameras[0], where, known


async def _rows(
    config: Config, addresses: dict[str, Override], pauses: tuple[float, ...]
) -> tuple[list[Row], datetime, bool]:
    """From CAMERA_LIST; else from Socrata; when that cannot be reached, or suddenly has less than half as many
    cameras to watch, the last good list (then the last is True)."""
    now = datetime.now(UTC)
    if config.camera_list:
        return read_export(config.camera_list), now, False
    last = load(config.state_directory, _source(config))
    try:
        rows = await socrata.rows(config, pauses)
        if last:
            _check_size(*[len(join(each, addresses, config).cameras) for each in (rows, last[0])])
    except DatasetError as error:
        if not last:
            raise DatasetError(f"the camera list cannot be had, and none is kept: {error}") from error
        log.warning("camera list: %s; using the kept list, which is %s old", error, human_readable(now - last[1]))
        return *last, True
    return rows, now, False


def _check_size(now: int, before: int) -> None:
    if now < before * MIN_LIST_RATIO:
        mend = f"if that is right, delete {NAME} in STATE_DIRECTORY and restart"
        raise DatasetError(f"only {now} cameras that can be watched, where {before} were last time; {mend}")


def _source(config: Config) -> str:
    """What a kept list must have come from to be of use: a condition of its own selects rows of its own."""
    return f"{config.socrata_domain}/{config.socrata_dataset} {config.socrata_where}"


def _no_camera_message(skipped: dict[str, list[str]], config: Config) -> str:
    reasons = ", ".join(f"{len(ids)} with {reason}" for reason, ids in skipped.items())
    nobody = f"no camera to watch ({reasons or 'the list is empty'})"
    if skipped and "no address" not in skipped:
        return f"{nobody}; mend these in the camera list or in CAMERA_ADDRESSES: README.md says what a row must hold"
    if config.camera_addresses:
        nobody = f"{nobody}; CAMERA_ADDRESSES={config.camera_addresses} has none for these"
    return (
        f"{nobody}. The public dataset holds no addresses: name a private CSV (camera_id,address) in CAMERA_ADDRESSES, "
        f"or a private dataset's column in SOCRATA_ADDRESS_FIELD (now {config.socrata_address_field})"
    )


def _shorten(ids: list[str]) -> str:
    return ", ".join(ids[:MAX_LISTED_IDS]) + (
        f" and {len(ids) - MAX_LISTED_IDS} more" if len(ids) > MAX_LISTED_IDS else ""
    )
