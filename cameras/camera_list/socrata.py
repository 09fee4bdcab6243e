"""The camera list from a Socrata portal, through sodapy.

sodapy (2.2.0, its last release) blocks, retries nothing, has a timeout only for each single read, and misreads
unexpected answers: an error object becomes rows, HTML an Exception without a class. So every answer is checked before
sodapy sees it, and everything runs in a daemon thread that a silent portal cannot make us wait for.
"""

import asyncio
import io
import itertools
import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cameras.camera_list.dataset import Row
from cameras.errors import DatasetError
from cameras.text import printable, quoted
from cameras.threads import in_thread

if TYPE_CHECKING:
    import requests

HINTS = {
    **dict.fromkeys((301, 302, 303, 307, 308), "check SOCRATA_DOMAIN: it redirects elsewhere"),
    400: "check SOCRATA_WHERE",
    401: "check SOCRATA_USERNAME and SOCRATA_PASSWORD",
    403: "check SOCRATA_APP_TOKEN, SOCRATA_USERNAME and SOCRATA_PASSWORD",
    404: "check SOCRATA_DATASET",
    429: "set SOCRATA_APP_TOKEN, or wait",
}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Portal:
    """A dataset of a Socrata portal, and which of its rows are wanted."""

    domain: str  # host name, with an optional :port
    dataset: str  # its four-by-four id
    where: str | None = None  # SoQL condition; None: all rows
    app_token: str | None = field(default=None, repr=False)
    login: tuple[str, str] | None = field(default=None, repr=False)  # username and password, for a private dataset

    @property
    def selection(self) -> str:
        """Identifies the wanted rows; without secrets."""
        return f"{self.domain}/{self.dataset} {self.where or ''}"


@dataclass(frozen=True)
class Limits:
    """How much is read from a portal, and how long it may take."""

    page_rows: int = 1000  # rows of one answer; Socrata's default
    max_rows: int = 100_000  # all US states have about 40,000 cameras
    max_page_bytes: int = 10_000_000  # decompressed, as below
    max_list_bytes: int = 100_000_000  # of all pages; 100,000 of Austin's rows are 74 MB
    read_timeout: float = 15.0  # seconds, for each single read
    timeout: float = 60.0  # seconds for the whole list; all attempts must end within the unit's TimeoutStartSec
    retry_delays: tuple[float, ...] = (1.0, 2.0, 4.0)  # seconds between attempts


async def fetch_rows(portal: Portal, limits: Limits) -> list[Row]:
    """All rows that the portal selects, at least one. DatasetError after the last attempt."""
    for delay in limits.retry_delays:
        try:
            return await _attempt(portal, limits)
        except DatasetError as error:
            log.warning("camera list: %s; next attempt in %g s", error, delay)
            await asyncio.sleep(delay)
    return await _attempt(portal, limits)


async def _attempt(portal: Portal, limits: Limits) -> list[Row]:
    deadline = time.monotonic() + limits.timeout
    try:
        async with asyncio.timeout(limits.timeout):
            return await in_thread(lambda: _download(portal, limits, deadline), name="socrata")
    except TimeoutError:
        raise DatasetError(f"{portal.domain} did not deliver within {limits.timeout:g} s; try again later") from None
    except OSError as error:  # includes all of requests' errors
        if not _is_from_requests(error):
            text = f"{portal.domain} cannot be trusted ({printable(str(error), 200)}); check REQUESTS_CA_BUNDLE"
            raise DatasetError(text) from error
        raise DatasetError(
            f"{portal.domain} cannot be reached ({type(error).__name__}); check the network and SOCRATA_DOMAIN"
        ) from error


def _download(portal: Portal, limits: Limits, deadline: float) -> list[Row]:
    from sodapy import Socrata  # the service may run from a file, without it

    # requests encodes text as Latin-1, and fails for other characters
    login = [text.encode(errors="surrogateescape") for text in portal.login or ()]
    with Socrata(portal.domain, portal.app_token, *login, timeout=limits.read_timeout) as client:
        client.session.hooks["response"].append(_ResponseCheck(limits, deadline))
        rows = client.get_all(portal.dataset, where=portal.where, order=":id", limit=limits.page_rows)
        found: list[Row] = list(itertools.islice(rows, limits.max_rows + 1))
    if len(found) > limits.max_rows:
        raise DatasetError(f"more than {limits.max_rows:,} rows; check SOCRATA_WHERE")
    if not any("camera_id" in row for row in found):
        raise DatasetError("no camera rows in the answer; check SOCRATA_DATASET and SOCRATA_WHERE")
    return found


class _ResponseCheck:
    """A requests hook: reads the body within limits; DatasetError unless it is a JSON list of objects."""

    def __init__(self, limits: Limits, deadline: float) -> None:
        self.limits = limits
        self.deadline = deadline  # monotonic seconds
        self.received = 0  # bytes of all answers
        self.ids: set[str] = set()  # of all rows

    def __call__(self, response: "requests.Response", *_: object, **__: object) -> None:
        response.raw = io.BytesIO(self._body(response))
        if problem := _problem(response) or self._repetition(response.json()):
            raise DatasetError(f"{response.url.split('/')[2]} answered {problem}")

    def _repetition(self, page: list[Row]) -> str:
        """A portal that ignores the offset would page endlessly."""
        ids = {str(row.get("camera_id")) for row in page}
        if len(page) >= self.limits.page_rows and ids <= self.ids:
            return "a page of rows that it has sent before; try again later"
        self.ids |= ids
        return ""

    def _body(self, response: "requests.Response") -> bytes:
        from urllib3.exceptions import HTTPError

        body = bytearray()
        try:
            for chunk in response.raw.stream(65536, decode_content=True):
                body += chunk
                self._count(len(chunk), len(body))
        except HTTPError as error:  # requests translates it only in its own methods, which keep the whole body
            raise ConnectionError(str(error)) from error
        except DatasetError:
            response.close()
            raise
        return bytes(body)

    def _count(self, chunk: int, body: int) -> None:
        self.received += chunk
        too_long = body > self.limits.max_page_bytes or self.received > self.limits.max_list_bytes
        if too_long or time.monotonic() > self.deadline:
            raise DatasetError(f"{self.received:,} bytes without an end; check SOCRATA_DOMAIN, or try again later")


def _problem(response: "requests.Response") -> str:
    """What is wrong with the answer and what to do; empty if it is a list of rows."""
    if (status := response.status_code) != 200:
        return f"{status}; {HINTS.get(status, 'try again later')}"
    if not response.headers.get("Content-Type", "").lower().startswith("application/json"):
        return f"{quoted(response.content)} instead of JSON; check SOCRATA_DOMAIN"
    try:
        rows = response.json()
    except (ValueError, RecursionError):
        return "invalid JSON; try again later"
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return f"{quoted(response.content)} instead of a list of rows; try again later"
    return ""


def _is_from_requests(error: OSError) -> bool:
    """What requests raises for a missing or unreadable file of authorities is a bare OSError."""
    import requests

    return isinstance(error, requests.RequestException | ConnectionError)
