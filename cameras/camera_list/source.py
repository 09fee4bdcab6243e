"""Where the camera list comes from, and the files that people write for it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cameras.camera import Logins
from cameras.camera_list import addresses, export
from cameras.camera_list.addresses import Override
from cameras.camera_list.dataset import JoinResult, Row, join
from cameras.camera_list.socrata import Limits, Portal
from cameras.errors import ConfigError, DatasetError
from cameras.storage import Disk
from cameras.threads import in_thread


@dataclass(frozen=True)
class Listing:
    """The rows of the camera list, as one source gave them."""

    rows: list[Row]
    saved: datetime  # when the source gave them, UTC
    from_cache: bool = False  # they are the portal's last good list


@dataclass(frozen=True, kw_only=True)
class ListSource:
    """Where the rows of the camera list come from, and what completes them."""

    portal: Portal
    export_file: Path | None = None  # CAMERA_LIST; if given, the portal is not contacted and nothing is cached
    addresses_file: Path | None = None  # CAMERA_ADDRESSES
    address_column: str  # of the rows
    logins: Logins = field(default_factory=Logins)
    cache_folder: Path  # of the cached list
    limits: Limits = field(default_factory=Limits)
    disk: Disk = field(default_factory=lambda: Disk(at_once=4, deadline=10.0, queue_deadline=10.0))

    async def read_overrides(self) -> dict[str, Override]:
        """The rows of the private CSV by camera id. ConfigError if it needs a fix, DatasetError if the disk hangs."""
        if (path := self.addresses_file) is None:
            return {}
        content = await self._read(path, addresses.SETTING)
        return await in_thread(lambda: addresses.parse_overrides(content, path), name="read CSV")

    async def read_export(self, path: Path) -> Listing:
        """The list in the file at `path`. Errors as for read_overrides."""
        content = await self._read(path, export.SETTING)
        rows = await in_thread(lambda: export.parse_export(content, path), name="read export")
        return Listing(rows, datetime.now(UTC))

    async def join(self, listing: Listing, overrides: dict[str, Override]) -> JoinResult:
        """In a thread: 100,000 rows take a second."""
        return await in_thread(lambda: join(listing.rows, overrides, self.logins, self.address_column), name="join")

    async def _read(self, path: Path, setting: str) -> bytes:
        try:
            return await self.disk.call(path.read_bytes)
        except TimeoutError as error:
            raise DatasetError(f"{setting}={path}: the disk does not respond; check it") from error
        except OSError as error:
            raise ConfigError(f"{setting}={path}: {error.strerror}; check the path and its permissions") from error
