"""The makes of camera that we can poll: each file in this folder is one.

A make's file is named after the make as the camera list spells it, in lower case, with `_` for everything but letters
and digits. It defines `fetch`, and may define `NAMES`, a tuple of other spellings of the make. (A spelling that differs
from the file's name only in case and punctuation is how the make is displayed.) Its docstring names the vendor's
document. A fetcher never catches, logs, sleeps or times out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from cameras.camera import make_id
from cameras.connection import Fetch
from cameras.errors import ConfigError, UnknownMake
from cameras.text import printable, quoted

__all__ = ["Make", "add_local_makes", "all_makes", "by_spelling", "find_make", "is_known", "load_makes", "make_names"]

_local: list[Path] = []  # further folders of makes


@dataclass(frozen=True)
class Make:
    """One make of camera."""

    name: str  # how it is displayed, and what Camera.make holds
    prefix: str  # the start of its settings, such as SPECTRA_ENHANCED
    spellings: tuple[str, ...]  # what the camera list may call it; case and punctuation do not matter
    fetch: Fetch


@cache
def all_makes() -> tuple[Make, ...]:
    """The makes in this folder, by file name, then those of the local folder."""
    ours = load_makes(Path(__file__).parent, __name__)
    return (*ours, *(make for folder in _local for make in load_makes(folder)))


def add_local_makes(folder: Path) -> None:
    """The makes in `folder` are known from now on. ConfigError if a file there is no valid make, or somebody else than
    root could have written it: it runs with the logins of all cameras."""
    try:
        for path in (folder, *sorted(folder.glob("*.py"))):
            found = path.stat()
            if found.st_uid or found.st_mode & 0o022:
                raise ConfigError(f"MAKES_DIRECTORY: {path} must belong to root, and only root may write to it")
        _local[:] = [folder]
        all_makes.cache_clear()
        _all_by_spelling.cache_clear()
        _all_by_spelling()
    except OSError as error:
        raise ConfigError(f"MAKES_DIRECTORY={folder}: {error.strerror}; name a folder that can be read") from error
    except (SyntaxError, ImportError, AttributeError, NameError, TypeError, ValueError) as error:
        _local.clear()
        raise ConfigError(f"MAKES_DIRECTORY={folder}: {printable(str(error), 200)}; fix or remove this make") from error


def make_names() -> list[str]:
    return [make.name for make in all_makes()]


def find_make(spelling: str) -> Make:
    """The make that the camera list calls `spelling`; UnknownMake if there is none."""
    try:
        return _all_by_spelling()[make_id(spelling)]
    except KeyError:
        message = f"unknown make {quoted(spelling)}; use one that docs/cameras.md lists, or give a path"
        raise UnknownMake(message) from None


def is_known(spelling: str) -> bool:
    return make_id(spelling) in _all_by_spelling()


def load_makes(folder: Path, package: str = "") -> tuple[Make, ...]:
    """The makes in `folder`, one for each file, by file name. `package` is the folder's module name if it has one.

    A file that is not a valid make is a bug, not an unknown make. Raises TypeError or ValueError for wrong names, and
    whatever the import raises.
    """
    files = sorted(folder.glob("[!_]*.py"))
    return tuple(_make(file.stem, _module(file, package)) for file in files)


def by_spelling(makes: Iterable[Make]) -> dict[str, Make]:
    """`make_id` of every spelling -> its make. ValueError if two makes share a spelling."""
    found: dict[str, Make] = {}
    for make in makes:
        for id in map(make_id, make.spellings):
            if found.setdefault(id, make) is not make:
                raise ValueError(f"{make.name} and {found[id].name} share the spelling {id}")
    return found


@cache
def _all_by_spelling() -> dict[str, Make]:
    return by_spelling(all_makes())


def _module(file: Path, package: str) -> ModuleType:
    if package:
        return import_module(f"{package}.{file.stem}")
    spec = spec_from_file_location(file.stem, file)
    if not (spec and spec.loader):
        raise ImportError(f"{file} cannot be imported")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _make(stem: str, module: ModuleType) -> Make:
    names = getattr(module, "NAMES", ())
    if not isinstance(names, tuple):  # ("Acme") is a string, and would be read letter by letter
        raise TypeError(f"{stem}.py: NAMES must be a tuple, such as ({names!r},)")
    spellings: tuple[str, ...] = (*names, stem.replace("_", " ").title())
    displayed = [spelling for spelling in spellings if make_id(spelling) == stem]
    if not displayed:
        raise ValueError(f"{stem}.py: name the file {make_id(stem)}.py, in lower case")
    return Make(displayed[0], stem.upper(), spellings, module.fetch)
