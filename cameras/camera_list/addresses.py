"""The private CSV that CAMERA_ADDRESSES names: addresses, logins and corrections, which are not public."""

import re
from dataclasses import dataclass
from pathlib import Path

from cameras.camera import ID, Address, Login
from cameras.camera_list import csv_file
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


def parse_overrides(content: bytes, path: Path) -> dict[str, Override]:
    """The rows by camera id. ConfigError names `path` and the first MAX_PROBLEMS invalid lines, with a reason each."""
    where = f"{SETTING}={path}"
    found: dict[str, Override] = {}
    problems: list[str] = []
    for line, row in csv_file.parse(content, where, COLUMNS):
        try:
            id = row.get("camera_id", "")
            if not ID.fullmatch(id):
                raise ValueError(f"camera_id {quoted(id)} must be letters, digits, - and _" if id else "no camera_id")
            if id in found:
                raise ValueError(f"camera {quoted(id)} is on an earlier line too; keep one")
            found[id] = _override(row)
        except ValueError as error:
            problems.append(f"line {line}: {error}")
    if problems:
        more = f"; and {len(problems) - MAX_PROBLEMS} more" if len(problems) > MAX_PROBLEMS else ""
        raise ConfigError(f"{where} " + "; ".join(problems[:MAX_PROBLEMS]) + more)
    return found


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
