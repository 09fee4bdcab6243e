"""The camera list, read again and again while the service runs.

What hides a camera acts at once, whatever else is wrong. A camera that is merely missing may have been dropped by
paging while rows were rewritten: it stays until the next read confirms it. A list that cannot be read changes nothing.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from cameras.camera_list import list_cache
from cameras.camera_list.addresses import SETTING, Overrides
from cameras.camera_list.camera_list import ACCEPT, CameraList, log_skipped, no_camera_message
from cameras.camera_list.dataset import JoinResult, Row, camera_id
from cameras.camera_list.never_publish import NeverPublish
from cameras.camera_list.socrata import fetch_rows
from cameras.camera_list.source import Listing, ListSource
from cameras.errors import ConfigError, DatasetError
from cameras.text import human_readable, shortened

MAX_MISSING = 0.5  # of the cameras that are watched; a portal in trouble may return a part of its rows or columns

log = logging.getLogger(__name__)


class ListReader:
    """`published` returns the ids under which the store may show a picture."""

    def __init__(self, source: ListSource, published: Callable[[], set[str]] = set) -> None:
        self.source = source
        self._published = published
        self._overrides: Overrides | None = None
        self._never_publish = NeverPublish()
        self._listing: Listing | None = None  # the rows in use, those of unconfirmed absences included
        self._watched: set[str] = set()
        self._missing: set[str] = set()  # from the last answer, not yet confirmed by another
        self._skipped: dict[str, list[str]] = {}
        self._files_problem = ""
        self._reported: dict[str, str] = {}  # what -> the problem that was logged last

    async def cached(self) -> CameraList | None:
        """The portal's last good list, completed by today's files; None if there is none. Errors as for `read`."""
        if self.source.export_file or not (listing := await list_cache.load(self.source)):
            return None
        await self._read_files()
        joined = await self._join(listing)
        return self._accept(listing, joined, self._absent(joined, listing)) if joined.cameras else None

    async def read(self, by_hand: bool = False, accept_shrunken: bool = False) -> CameraList:
        """The list as it is now; the one in use, with what the files hide, if the source is unavailable.

        `by_hand`: an absence needs no confirmation; `accept_shrunken`: nor does one of most cameras. If no list is in
        use yet: ConfigError if something needs a fix or no camera can be watched, DatasetError if it is unavailable.
        """
        await self._read_files()
        try:
            listing = await self._fetch()
            joined = await self._join(listing)
            absent = self._absent(joined, listing)
            if not accept_shrunken:
                self._check_size(absent)
        except (ConfigError, DatasetError) as error:
            if self._listing is None and isinstance(error, DatasetError):
                raise DatasetError(f"the camera list is unavailable and there is no cached copy: {error}") from error
            if self._listing is None:
                raise
            self._report_list(f"{error}; the list read {self._age()} ago stays in use")
            return self._accept(self._listing, await self._join(self._listing), self._missing, str(error))
        self._report_list("")
        if not joined.cameras and self._listing is None:
            raise ConfigError(no_camera_message(joined.skipped, self.source))
        return await self._merge(listing, joined, absent, confirmed=by_hand or self.source.export_file is not None)

    async def _merge(self, listing: Listing, joined: JoinResult, absent: set[str], confirmed: bool) -> CameraList:
        """Keep the rows of absent cameras until the next read."""
        unconfirmed = set() if confirmed else absent - self._missing
        kept = {id: row for id, row in _by_id(self._listing).items() if id in unconfirmed}
        if kept:
            rows = [row for row in listing.rows if camera_id(row) not in kept]
            listing = replace(listing, rows=[*rows, *kept.values()])
            joined = await self._join(listing)
        if not self.source.export_file:
            await list_cache.save(listing, self.source)
        return self._accept(listing, joined, unconfirmed)

    def _accept(self, listing: Listing, joined: JoinResult, missing: set[str], problem: str = "") -> CameraList:
        if joined.skipped != self._skipped:
            log_skipped(joined)
            self._skipped = joined.skipped
        self._listing, self._missing = listing, missing
        self._watched = {camera.id for camera in joined.cameras}
        return CameraList(
            joined.cameras,
            joined.skipped,
            listing.saved,
            listing.from_cache,
            unconfirmed=frozenset(missing),
            problem=problem,
            files_problem=self._files_problem,
        )

    async def _fetch(self) -> Listing:
        if self.source.export_file:
            return await self.source.read_export(self.source.export_file)
        rows = await fetch_rows(self.source.portal, self.source.limits)
        return Listing(rows, datetime.now(UTC))

    async def _join(self, listing: Listing) -> JoinResult:
        return await self.source.join(listing, self._overrides or Overrides(), self._never_publish.ids)

    def _absent(self, joined: JoinResult, listing: Listing) -> set[str]:
        """The ids that nobody hides, but that the source no longer lists as cameras.

        A row that has not changed, but makes no camera now, does so because of the private CSV: that is no absence.
        """
        gone = (self._watched | self._published()) - {camera.id for camera in joined.cameras} - joined.hidden
        before, now = _by_id(self._listing), _by_id(listing)
        return {id for id in gone if id not in now or now[id] != before.get(id)}

    def _check_size(self, absent: set[str]) -> None:
        """DatasetError if too many cameras have vanished from the source's answer."""
        missing = len(absent & self._watched)
        if missing > len(self._watched) * MAX_MISSING:
            raise DatasetError(f"{missing} of {len(self._watched)} cameras are missing; {ACCEPT}")

    async def _read_files(self) -> None:
        """The private CSV and NEVER_PUBLISH, each whatever is wrong with the other. At the start both must be readable;
        later, what cannot be read stays."""
        unreadable: list[str] = []
        try:
            self._overrides = (await self.source.read_overrides()).completed(self._overrides)
        except (ConfigError, DatasetError) as error:
            self._keep_what_was_read(error, unreadable)
        try:
            self._never_publish = await self.source.read_never_publish()
        except (ConfigError, DatasetError) as error:
            self._keep_what_was_read(error, unreadable)
        problems = [f"{SETTING} {problem}" for problem in (self._overrides or Overrides()).problems]
        problems += [f"NEVER_PUBLISH {problem}" for problem in self._never_publish.problems]
        effect = "what was read before stays in use" if unreadable else "the other lines apply"
        problems = unreadable or problems
        self._files_problem = f"{shortened(problems, 10)}; {effect}" if problems else ""
        self._report_files(self._files_problem)

    def _keep_what_was_read(self, error: ConfigError | DatasetError, unreadable: list[str]) -> None:
        if self._listing is None:
            raise error
        unreadable.append(str(error))

    def _report_list(self, problem: str) -> None:
        if self._is_news("list", problem):
            if problem:
                log.error("camera list: %s", problem)
            else:
                log.info("camera list: read without problems again")

    def _report_files(self, problem: str) -> None:
        if self._is_news("files", problem):
            if problem:
                log.error("private files: %s", problem)
            else:
                log.info("private files: read without problems again")

    def _is_news(self, what: str, problem: str) -> bool:
        """A problem is logged once, until it changes or is over. What follows its first `;` does not count."""
        before, now = self._reported.get(what, ""), problem.partition(";")[0]
        self._reported[what] = now
        return now != before

    def _age(self) -> str:
        return human_readable(datetime.now(UTC) - self._listing.saved) if self._listing else "never"


def _by_id(listing: Listing | None) -> dict[str, Row]:
    return {camera_id(row): row for row in listing.rows} if listing else {}
