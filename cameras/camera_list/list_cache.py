"""The portal's last good list, cached on disk for when the portal is unavailable.

Nothing here raises: without a cached list the service runs, so every failure is only a warning.

The file is JSON Lines, where and when the rows came from and then one row per line. json holds the interpreter lock for
a whole call: 100,000 rows at once would stop every camera for two seconds, although they are encoded in a thread.
"""

import json
import logging
from datetime import UTC, datetime

from cameras.camera_list.source import Listing, ListSource
from cameras.storage import write_atomically
from cameras.threads import in_thread

NAME = "camera-list.jsonl"

log = logging.getLogger(__name__)


async def save(listing: Listing, source: ListSource) -> None:
    """Only the service's own user may read the file, because a private dataset's rows hold addresses."""
    origin = {"source": source.portal.selection, "saved": listing.saved.isoformat()}

    def write() -> None:
        lines = "\n".join(map(json.dumps, [origin, *listing.rows]))
        write_atomically(source.cache_folder / NAME, lines.encode(), mode=0o600)

    try:
        await source.disk.call(write)
    except OSError as error:
        log.warning(
            "camera list: cannot be cached in %s (%s); set STATE_DIRECTORY to a writable folder",
            source.cache_folder,
            _reason(error),
        )


async def load(source: ListSource) -> Listing | None:
    """The cached list of the same rows of the same portal; None if there is none or it cannot be read."""
    path = source.cache_folder / NAME
    invalid = (ValueError, TypeError, KeyError, RecursionError)
    try:
        content = await source.disk.call(path.read_bytes)
        return await in_thread(lambda: _decode(content, source.portal.selection), name="decode")
    except FileNotFoundError:
        return None
    except (OSError, *invalid) as error:
        log.warning("camera list: the cached list in %s cannot be read (%s)", source.cache_folder, _reason(error))
        return None


def _decode(content: bytes, selection: str) -> Listing | None:
    origin, *rows = map(json.loads, content.splitlines())
    if origin["source"] != selection:
        return None
    saved = datetime.fromisoformat(origin["saved"]).astimezone(UTC)
    return Listing(list(map(dict, rows)), saved, from_cache=True)


def _reason(error: Exception) -> str:
    return "the disk does not respond" if isinstance(error, TimeoutError) else str(error)
