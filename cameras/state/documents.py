"""A place for small documents: bytes by name, changed by compare-and-swap."""

from typing import NamedTuple, Protocol


class Stored(NamedTuple):
    """What a document holds."""

    content: bytes
    version: str  # differs for every other content; only compared, never read


class Documents(Protocol):
    """Every method raises StateUnavailable while the place does not answer."""

    async def read(self, name: str) -> Stored | None:
        """The document `name`, or None if there is none."""

    async def write(self, name: str, content: bytes, expected: str | None) -> str:
        """Replace the document atomically and return its new version.

        `expected` is the version that it must still have, None if it must not exist; DocumentChanged otherwise.
        """

    async def set_aside(self, name: str) -> str:
        """Move an unreadable document out of the way, over one set aside before; returns where it is now."""
