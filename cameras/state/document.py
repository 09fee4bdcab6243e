"""One JSON document with a format version."""

import json
import logging
from typing import Any

from cameras.errors import InvalidDocument, StateUnavailable
from cameras.state.documents import Documents
from cameras.text import printable
from cameras.threads import in_thread

log = logging.getLogger(__name__)


class Document:
    """`write` replaces what this object last read or wrote, so it never overwrites another process's change."""

    def __init__(self, documents: Documents, name: str, version: int) -> None:
        self.documents = documents
        self.name = name
        self.version = version  # of the format; raised when an older release could misread the document
        self._swap: str | None = None  # the stored version that `write` expects

    async def read(self) -> dict[str, Any] | None:
        """The content without its version, None if there is no document.

        InvalidDocument if it is damaged or from another release, StateUnavailable if it cannot be read now.
        """
        stored = await self.documents.read(self.name)
        self._swap = stored.version if stored else None
        if stored is None:
            return None
        where = f"{self.name} in {self.documents}"
        content = await in_thread(lambda: _decode(stored.content, where), name="decode")
        found = content.pop("version", self.version)
        if found != self.version:
            raise InvalidDocument(
                f"{where} has format version {printable(str(found))}, not {self.version}; "
                "it was written by another release"
            )
        return content

    async def read_or_set_aside(self) -> dict[str, Any] | None:
        """As `read`, for documents that can be done without: one that cannot be read is moved away with a warning."""
        try:
            return await self.read()
        except InvalidDocument as error:
            log.warning("state: %s; moved to %s", error, await self.documents.set_aside(self.name))
            self._swap = None
        except StateUnavailable as error:
            log.warning("state: %s", error)
        return None

    async def write(self, content: dict[str, Any]) -> None:
        """DocumentChanged or StateUnavailable if it was not replaced."""
        encoded = await in_thread(lambda: _encode({"version": self.version, **content}), name="encode")
        self._swap = await self.documents.write(self.name, encoded, self._swap)


def _decode(content: bytes, where: str) -> dict[str, Any]:
    try:
        decoded = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InvalidDocument(f"{where} is not JSON ({printable(str(error))})") from error
    if not isinstance(decoded, dict):
        raise InvalidDocument(f"{where} is not a JSON object")
    return decoded


def _encode(content: dict[str, Any]) -> bytes:
    """As json.dumps, entry by entry: one call for megabytes holds the interpreter, and with it the event loop."""
    members = [f"{json.dumps(key)}: {_encode_entries(value)}" for key, value in content.items()]
    return ("{\n" + ",\n".join(members) + "\n}\n").encode()


def _encode_entries(value: Any) -> str:
    match value:
        case dict():
            return "{" + ",\n".join(f"{json.dumps(key)}: {json.dumps(each)}" for key, each in value.items()) + "}"
        case list():
            return "[" + ",\n".join(map(json.dumps, value)) + "]"
    return json.dumps(value)
