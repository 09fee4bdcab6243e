"""The camera list: which source is used, and what is logged about the rows that are skipped."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from cameras.camera import Camera
from cameras.camera_list import list_cache
from cameras.camera_list.addresses import SETTING, Overrides
from cameras.camera_list.dataset import JoinResult
from cameras.camera_list.socrata import fetch_rows
from cameras.camera_list.source import Listing, ListSource
from cameras.errors import ConfigError, DatasetError
from cameras.text import human_readable, shortened

MAX_LISTED_IDS = 200  # in a log line
MIN_LIST_RATIO = 0.5  # of the cached list's cameras; a faulty portal may give a part of the rows, or of the columns
ACCEPT = "if that is right: cctv-images reload --accept-shrunken-list"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CameraList:
    """The cameras to watch."""

    cameras: list[Camera]
    skipped: dict[str, list[str]]  # reason -> ids of the rows
    saved: datetime  # when the source gave the rows, UTC
    from_cache: bool = False  # the portal was unavailable: this is its last good list
    unconfirmed: frozenset[str] = frozenset()  # ids that are missing from the list, perhaps by mistake
    problem: str = ""  # why the latest read changed nothing
    files_problem: str = ""  # what is wrong with CAMERA_ADDRESSES and NEVER_PUBLISH

    @property
    def problems(self) -> list[str]:
        """What was wrong when it was last read."""
        list_problem = [f"camera list: {self.problem}"] if self.problem else []
        return list_problem + ([f"private files: {self.files_problem}"] if self.files_problem else [])


async def load_cameras(source: ListSource) -> CameraList:
    """The cameras to watch, at least one; for commands that run once.

    ConfigError: a file or setting needs a fix, or no camera can be watched. DatasetError: the list is unavailable now
    and there is no cached copy, or a disk does not respond.
    """
    overrides = await source.read_overrides()
    overrides.check(f"{SETTING}={source.addresses_file}")
    never_publish = await source.read_never_publish()
    if never_publish.problems:
        raise ConfigError(f"NEVER_PUBLISH: {shortened(never_publish.problems, 10)}; fix or remove them")
    listing, joined, problem = await read_joined(source, overrides, never_publish.ids)
    log_skipped(joined)
    if not joined.cameras:
        raise ConfigError(no_camera_message(joined.skipped, source))
    if not (source.export_file or listing.from_cache):  # only now: a list without cameras must not replace a good one
        await list_cache.save(listing, source)
    return CameraList(joined.cameras, joined.skipped, listing.saved, listing.from_cache, problem=problem)


class Read(NamedTuple):
    """A list and its cameras."""

    listing: Listing
    joined: JoinResult
    problem: str = ""  # why it is the cached one


async def read_joined(source: ListSource, overrides: Overrides, never_publish: Collection[str] = ()) -> Read:
    """The list from the export, else from the portal.

    The cached list if the portal is unavailable or suddenly has less than MIN_LIST_RATIO of the cameras; DatasetError
    if there is none.
    """
    if source.export_file:
        listing = await source.read_export(source.export_file)
        return Read(listing, await source.join(listing, overrides, never_publish))
    cached = await list_cache.load(source)
    cached_join = await source.join(cached, overrides, never_publish) if cached else JoinResult()
    try:
        listing = Listing(await fetch_rows(source.portal, source.limits), datetime.now(UTC))
        joined = await source.join(listing, overrides, never_publish)
        _check_size(len(joined.cameras), len(cached_join.cameras))
    except DatasetError as error:
        if not cached:
            raise DatasetError(f"the camera list is unavailable and there is no cached copy: {error}") from error
        log.warning("camera list: %s; using the cached list from %s ago", error, _age(cached))
        return Read(cached, cached_join, str(error))
    return Read(listing, joined)


def _check_size(now: int, before: int) -> None:
    if now < before * MIN_LIST_RATIO:
        raise DatasetError(f"only {now} cameras can be watched, {before} could be before; {ACCEPT}")


def _age(listing: Listing) -> str:
    return human_readable(datetime.now(UTC) - listing.saved)


def log_skipped(joined: JoinResult) -> None:
    if joined.unlisted:
        log.warning("in CAMERA_ADDRESSES, but not in the camera list: %s", shortened(joined.unlisted, MAX_LISTED_IDS))
    for reason, ids in sorted(joined.skipped.items(), key=lambda item: -len(item[1])):
        log.info("skipped %d cameras, %s: %s", len(ids), reason, shortened(ids, MAX_LISTED_IDS))


def no_camera_message(skipped: dict[str, list[str]], source: ListSource) -> str:
    reasons = ", ".join(f"{len(ids)} with {reason}" for reason, ids in skipped.items())
    message = f"no camera to watch ({reasons or 'the list is empty'})"
    if skipped and "no address" not in skipped:
        return f"{message}; fix these in the camera list or in CAMERA_ADDRESSES; docs/cameras.md says what a row needs"
    if source.addresses_file:
        message = f"{message}; CAMERA_ADDRESSES={source.addresses_file} has none for these"
    return (
        f"{message}. The public dataset has no addresses: name a private CSV (camera_id,address) in CAMERA_ADDRESSES, "
        f"or a private dataset's column in SOCRATA_ADDRESS_FIELD (now {source.address_column})"
    )
