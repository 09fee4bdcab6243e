"""Cameras that are never polled and never shown, whatever the list says: ids, or a file of ids."""

import re
from dataclasses import dataclass, field

from cameras.camera import ID
from cameras.text import quoted

SETTING = "NEVER_PUBLISH"


@dataclass(frozen=True)
class NeverPublish:
    """What could be read; every id of it acts, whatever else is wrong."""

    ids: frozenset[str] = frozenset()
    problems: list[str] = field(default_factory=list)


def parse_never_publish(text: str) -> NeverPublish:
    """Ids separated by spaces, commas or line ends; `#` starts a comment."""
    words = [word for line in text.splitlines() for word in re.split(r"[\s,]+", line.partition("#")[0]) if word]
    problems = [f"{quoted(word)} is not a camera id" for word in words if not ID.fullmatch(word)]
    return NeverPublish(frozenset(word for word in words if ID.fullmatch(word)), problems)
