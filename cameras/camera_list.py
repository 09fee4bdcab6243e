"""The camera list: where its rows come from, and what is said about those that are left out."""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from cameras import socrata
from cameras.addresses import read_addresses
from cameras.camera import Camera
from cameras.dataset import Row, join
from cameras.duration import spoken
from cameras.errors import ConfigError, DatasetError
from cameras.export import read_export
from cameras.kept import keep, kept
from config import Config

MOST_REASONS = 20  # lines in the log
MOST_IDS = 200  # in a line

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CameraList:
    """`skipped`: the ids that are left out, by reason. `saved`: when the source gave the rows (UTC)."""

    cameras: list[Camera]
    skipped: dict[str, list[str]]
    saved: datetime


async def load_cameras(config: Config, pauses: tuple[float, ...] = socrata.PAUSES) -> CameraList:
    """The cameras to watch; at least one. `pauses` are the seconds between tries to reach Socrata.

    Raises ConfigError (settings or files to be mended, or no camera with an address) and DatasetError (the list cannot
    be had now, and none is kept).
    """
    addresses = read_addresses(config.camera_addresses) if config.camera_addresses else {}
    rows, saved = await _rows(config, pauses)
    joined = join(rows, addresses, config)
    if strangers := addresses.keys() - {str(row.get("camera_id")).strip() for row in rows}:
        log.warning("in CAMERA_ADDRESSES, but not in the camera list: %s", _some(sorted(strangers)))
    for reason, ids in list(joined.skipped.items())[:MOST_REASONS]:
        log.info("%d left out, %s: %s", len(ids), reason, _some(ids))
    if not joined.cameras:
        raise ConfigError(_nobody(joined.skipped, config))
    return CameraList(joined.cameras, joined.skipped, saved)


async def _rows(config: Config, pauses: tuple[float, ...]) -> tuple[list[Row], datetime]:
    """From CAMERA_LIST; else from Socrata; when that cannot be reached, the last good list."""
    now = datetime.now(UTC)
    if config.camera_list:
        return read_export(config.camera_list), now
    source = f"{config.socrata_domain}/{config.socrata_dataset}"
    try:
        rows = await socrata.rows(config, pauses)
    except DatasetError as error:
        if not (last := kept(config.state_directory, source)):
            raise DatasetError(f"the camera list cannot be had, and none is kept: {error}") from error
        log.warning("camera list: %s; using the kept list, which is %s old", error, spoken(now - last[1]))
        return last
    keep(rows, config.state_directory, source, now)
    return rows, now


def _nobody(skipped: dict[str, list[str]], config: Config) -> str:
    reasons = ", ".join(f"{len(ids)} with {reason}" for reason, ids in list(skipped.items())[:MOST_REASONS])
    return (
        f"no camera to watch ({reasons or 'the list is empty'}). The public dataset holds no addresses: name a private "
        "CSV (camera_id,address) in CAMERA_ADDRESSES, or a private dataset's column in SOCRATA_ADDRESS_FIELD "
        f"(now {config.socrata_address_field})"
    )


def _some(ids: list[str]) -> str:
    return ", ".join(ids[:MOST_IDS]) + (f" and {len(ids) - MOST_IDS} more" if len(ids) > MOST_IDS else "")
