"""The camera list from Socrata, through sodapy.

sodapy (2.2.0, its last release) blocks, retries nothing, limits only each single read, and turns odd answers into odd
results: an error object becomes rows, HTML a bare Exception. So every answer is checked before sodapy looks at it, and
all of it runs in a thread of its own that a hung server cannot keep us waiting for.
"""

import asyncio
import itertools
import logging
import time

import requests
from sodapy import Socrata

from cameras.camera_list.dataset import Row
from cameras.errors import DatasetError
from cameras.text import quoted
from cameras.threads import in_thread
from config import Config

PAGE_ROWS = 1000  # rows; Socrata's default, which would silently cut Austin's 1,007
MAX_ROWS = 200_000
READ_TIMEOUT = 15  # seconds, for each single read
TIMEOUT = 60.0  # seconds for the whole list; four tries must end within the unit's TimeoutStartSec
MAX_PAGE_BYTES = 10_000_000  # bytes
MAX_LIST_BYTES = 200_000_000  # bytes of all pages; 100,000 of Austin's rows are 74 MB
RETRY_DELAYS = (1.0, 2.0, 4.0)  # seconds between tries
HINTS = {
    400: "check SOCRATA_WHERE",
    401: "check SOCRATA_USERNAME and SOCRATA_PASSWORD",
    403: "check SOCRATA_APP_TOKEN, SOCRATA_USERNAME and SOCRATA_PASSWORD",
    404: "check SOCRATA_DATASET",
    429: "set SOCRATA_APP_TOKEN, or wait",
}

log = logging.getLogger(__name__)


async def rows(config: Config, pauses: tuple[float, ...] = RETRY_DELAYS, timeout: float = TIMEOUT) -> list[Row]:
    """All rows that SOCRATA_WHERE selects, each a dict, at least one. DatasetError after the last try."""
    for pause in pauses:
        try:
            return await _one_try(config, timeout)
        except DatasetError as error:
            log.warning("camera list: %s; trying again in %g s", error, pause)
            await asyncio.sleep(pause)
    return await _one_try(config, timeout)


async def _one_try(config: Config, timeout: float) -> list[Row]:
    try:
        async with asyncio.timeout(timeout):
            return await in_thread(lambda: _download(config, time.monotonic() + timeout), name="socrata")
    except TimeoutError:
        raise DatasetError(f"{config.socrata_domain} did not deliver within {timeout:g} s; try again later") from None
    except OSError as error:  # all of requests' are; and REQUESTS_CA_BUNDLE may name no file
        raise DatasetError(
            f"{config.socrata_domain} cannot be reached ({type(error).__name__}); check the network and SOCRATA_DOMAIN"
        ) from error


def _download(config: Config, deadline: float) -> list[Row]:
    login = {"username": config.socrata_username, "password": config.socrata_password}
    with Socrata(config.socrata_domain, config.socrata_app_token, timeout=READ_TIMEOUT, **login) as client:
        client.session.hooks["response"].append(_Check(deadline))
        pages = client.get_all(config.socrata_dataset, where=config.socrata_where, order=":id", limit=PAGE_ROWS)
        found: list[Row] = list(itertools.islice(pages, MAX_ROWS + 1))
    if len(found) > MAX_ROWS:
        raise DatasetError(f"more than {MAX_ROWS:,} rows; check SOCRATA_WHERE")
    if not any("camera_id" in row for row in found):
        raise DatasetError("no camera rows in the answer; check SOCRATA_DATASET and SOCRATA_WHERE")
    return found


class _Check:
    """A requests hook: DatasetError unless this is a JSON list of objects. `deadline` is by the monotonic clock."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.received = 0  # bytes of all answers

    def __call__(self, response: requests.Response, *_: object, **__: object) -> None:
        response._content = self._body(response)
        if problem := _problem(response):
            response.close()
            raise DatasetError(f"{response.url.split('/')[2]} answered {problem}")

    def _body(self, response: requests.Response) -> bytes:
        body = bytearray()
        for chunk in response.iter_content(65536):
            body += chunk
            self.received += len(chunk)
            if len(body) > MAX_PAGE_BYTES or self.received > MAX_LIST_BYTES or time.monotonic() > self.deadline:
                response.close()
                raise DatasetError(f"{self.received:,} bytes and no end; check SOCRATA_DOMAIN, or try again later")
        return bytes(body)


def _problem(response: requests.Response) -> str:
    """What is wrong with an answer and how to mend it; empty if it is a list of rows."""
    if (status := response.status_code) != 200:
        return f"{status}; {HINTS.get(status, 'try again later')}"
    if not response.headers.get("Content-Type", "").lower().startswith("application/json"):
        return f"{quoted(response.content)} instead of JSON; check SOCRATA_DOMAIN"
    try:
        answer = response.json()
    except (ValueError, RecursionError):
        return "JSON that cannot be read; try again later"
    if not isinstance(answer, list) or not all(isinstance(row, dict) for row in answer):
        return f"{quoted(response.content)} instead of a list of rows; try again later"
    return ""
