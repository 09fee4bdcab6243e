"""The private CSV that CAMERA_ADDRESSES names: addresses, logins and corrections, which are not public."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from cameras.camera import ID, Address, Login
from cameras.camera_list import csv_file
from cameras.camera_list.csv_file import Line
from cameras.errors import ConfigError, UnknownMake
from cameras.makes import find_make
from cameras.text import quoted

SETTING = "CAMERA_ADDRESSES"
COLUMNS = ("camera_id", "address", "make", "username", "password", "path", "publish")
GENERIC = "Generic"
MAX_PROBLEMS = 10  # in one message

_SCHEME = re.compile(r"\Ahttps?://", re.IGNORECASE)
_TARGET = re.compile(r"/[!-~]*")
_CREDENTIALS = re.compile(r"[?&](user(name)?|usr|login|pass(word|wd)?|pwd|pass|auth|token)=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Override:
    """One row of the file. None: not given, use the dataset's value, or the settings' login."""

    address: Address | None
    make: str | None  # the name of a known make
    login: Login | None
    path: str | None  # the target of a generic camera's still
    publish: bool  # False: never polled, never shown


NO_OVERRIDE = Override(address=None, make=None, login=None, path=None, publish=True)
HIDDEN = Override(address=None, make=None, login=None, path=None, publish=False)


@dataclass(frozen=True)
class Overrides:
    """The private CSV. What hides a camera acts even if other lines are invalid."""

    by_id: dict[str, Override] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)  # with line numbers
    invalid: frozenset[str] = frozenset()  # ids of rows that cannot be used

    def check(self, where: str) -> None:
        """ConfigError that starts with `where` and names the first problems, if there are any."""
        if self.problems:
            more = len(self.problems) - MAX_PROBLEMS
            listed = "; ".join(self.problems[:MAX_PROBLEMS]) + (f"; and {more} more" if more > 0 else "")
            raise ConfigError(f"{where} {listed}")

    def completed(self, previous: "Overrides | None") -> "Overrides":
        """A camera whose row is invalid now stays as it was in `previous`, unless it is hidden now."""
        if previous is None:
            return self
        unchanged = self.invalid - self.by_id.keys() - previous.invalid
        kept = {id: previous.by_id.get(id, NO_OVERRIDE) for id in unchanged}
        return replace(self, by_id={**kept, **self.by_id}, invalid=self.invalid - kept.keys())


def parse_overrides(content: bytes, where: str) -> Overrides:
    """ConfigError, which starts with `where`, only if no row can be read at all."""
    found: dict[str, Override] = {}
    problems: list[str] = []
    invalid: set[str] = set()
    lines = csv_file.parse(content, where, COLUMNS)
    while line := _next(lines, where, problems, found):
        id = line.cells.get("camera_id", "")
        try:
            _check_id(line, id, found)
            found[id] = _override(line.cells)
        except ValueError as error:
            problems.append(f"line {line.number}: {error}")
            invalid.add(id)
            if ID.fullmatch(id) and line.cells.get("publish", "").lower() == "no":
                found[id] = HIDDEN
    return Overrides(found, problems, frozenset(invalid - {""}))


def _next(lines: Iterator[Line], where: str, problems: list[str], found: dict[str, Override]) -> Line | None:
    """The next line. A file that cannot be read from some line on is a problem, not the end of what was read."""
    try:
        return next(lines, None)
    except ConfigError as error:
        if not found:
            raise
        problems.append(str(error).removeprefix(f"{where} ").removeprefix(f"{where}: "))
        return None


def _check_id(line: Line, id: str, found: Mapping[str, Override]) -> None:
    if line.problem:
        raise ValueError(line.problem)
    if not ID.fullmatch(id):
        raise ValueError(f"camera_id {quoted(id)} must be letters, digits, - and _" if id else "no camera_id")
    if id in found:
        raise ValueError(f"camera {quoted(id)} is on an earlier line too; keep one")


def _override(row: dict[str, str]) -> Override:
    """ValueError says what is wrong, without showing a password."""
    return Override(_address(row.get("address")), _make(row), _login(row), _path(row), _publish(row))


def _address(text: str | None) -> Address | None:
    if not text:
        return None
    if "@" in text or "/" in _SCHEME.sub("", text):  # not quoted in the message: it may be http://user:password@host/
        raise ValueError("address must be a bare host, or http:// or https:// and a host, without login or path")
    try:
        return Address.parse(text)
    except ValueError as error:
        raise ValueError(f"address {quoted(text)}: {error}") from None


def _make(row: dict[str, str]) -> str | None:
    if not row.get("make"):
        return GENERIC if row.get("path") else None
    try:
        name = find_make(row["make"]).name
    except UnknownMake:
        raise ValueError(
            f"unknown make {quoted(row['make'])}; use a make that docs/cameras.md lists, or give a path"
        ) from None
    if (name == GENERIC) != bool(row.get("path")):
        raise ValueError("a path goes with the make Generic or with none, and Generic needs one")
    return name


def _login(row: dict[str, str]) -> Login | None:
    username, password = row.get("username", ""), row.get("password", "")
    if bool(username) != bool(password):
        raise ValueError("username and password go together; give both or neither")
    source = f"its username and password in {SETTING}"
    return Login(username, password, source) if username else None


def _path(row: dict[str, str]) -> str | None:
    path = row.get("path")
    if not path:
        return None
    if _CREDENTIALS.search(path):
        raise ValueError("a path must not hold a login: URLs are logged; use username and password")
    if not _TARGET.fullmatch(path):
        raise ValueError(f"path {quoted(path)} must start with / and have no spaces")
    return path


def _publish(row: dict[str, str]) -> bool:
    answer = row.get("publish", "").lower()
    if answer not in ("", "yes", "no"):
        raise ValueError("publish must be yes, no or empty")
    return answer != "no"
