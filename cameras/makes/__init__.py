"""The makes of camera that we can ask for a picture: each file in this folder is one.

A make's file is named after the make as the dataset spells it, in lower case, `_` for anything but letters and digits.
It defines `fetch`; it may define `NAMES`, further spellings of the same make (one that spells the file's own name is
how the make is shown). Its docstring names the vendor's document. A fetcher never catches, logs, sleeps or times out.
"""

import pkgutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from cameras.camera import make_id
from cameras.connection.connection import Connection
from cameras.errors import UnknownMake
from cameras.text import quoted

Fetcher = Callable[[Connection], Awaitable[bytes]]


@dataclass(frozen=True)
class Make:
    """`name` is how it is shown; `prefix` what its settings begin with; `spellings` all that the list may call it."""

    name: str
    prefix: str
    spellings: tuple[str, ...]
    fetch: Fetcher


@cache
def all_makes() -> tuple[Make, ...]:
    """One for each file in the folder. A file that cannot be imported is a bug, not an unknown make: it raises."""
    return tuple(_make(module.name) for module in pkgutil.iter_modules(__path__))


def _make(stem: str) -> Make:
    module = import_module(f"{__name__}.{stem}")
    names = getattr(module, "NAMES", ())
    if not isinstance(names, tuple):  # ("Acme") is text, and would be taken letter by letter
        raise TypeError(f"{stem}.py: NAMES must be a tuple, such as ({names!r},)")
    spellings: tuple[str, ...] = (*names, stem.replace("_", " ").title())
    name = next(spelling for spelling in spellings if make_id(spelling) == stem)
    return Make(name, stem.upper(), spellings, module.fetch)


@cache
def _by_spelling() -> dict[str, Make]:
    found: dict[str, Make] = {}
    for make in all_makes():
        for name in map(make_id, make.spellings):
            if found.setdefault(name, make) is not make:
                raise ValueError(f"{make.name} and {found[name].name} both claim the spelling {name}")
    return found


def find_make(spelling: str) -> Make:
    """The make that the camera list calls `spelling`, whatever its case and blanks; UnknownMake if there is none."""
    try:
        return _by_spelling()[make_id(spelling)]
    except KeyError:
        raise UnknownMake(f"{quoted(spelling)} fits no file in cameras/makes/") from None


def is_known(spelling: str) -> bool:
    return make_id(spelling) in _by_spelling()
