"""Settings from a file of NAME=value lines: `.env`, or the one that systemd's unit names."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from dotenv.parser import Binding, parse_stream

from cameras.errors import ConfigError, InvalidSettings

DROP_INS = "settings.d"
PREFIX = f"{DROP_INS}_"  # of the credentials that systemd makes of a folder's files
MISSING = "MISSING"  # what the unit passes as the credential if there is no such file


class Line(NamedTuple):
    """A setting."""

    value: str  # literally: a password may contain `${`
    where: str  # `.env line 3`


def read_settings_file(environ: Mapping[str, str], dotenv: Path) -> dict[str, Line]:
    """The lines of the file that $SETTINGS_FILE names, then of `settings.d/*.env` beside it, where the last of a name
    counts; without $SETTINGS_FILE, of `dotenv` if there is one.

    systemd passes files that only root may read as credentials of the same names: systemd.exec(5), LoadCredential=.
    ConfigError if the file is missing or one cannot be read; InvalidSettings names every line that is no setting.
    """
    name = environ.get("SETTINGS_FILE")
    if not name:
        return _parse(dotenv, str(dotenv)) if dotenv.exists() else {}
    credentials = Path(environ.get("CREDENTIALS_DIRECTORY", "/nonexistent"))
    if os.access(credential := credentials / Path(name).name, os.R_OK):
        passed = {f"{DROP_INS}/{file.name.removeprefix(PREFIX)}": file for file in credentials.glob(f"{PREFIX}*.env")}
    else:
        credential = Path(name)
        passed = {f"{DROP_INS}/{file.name}": file for file in (credential.parent / DROP_INS).glob("*.env")}
    lines = _parse(credential, name)
    for drop_in in sorted(passed):
        lines |= _parse(passed[drop_in], str(Path(name).parent / drop_in))
    return lines


def _parse(path: Path, name: str) -> dict[str, Line]:
    # dotenv_values, dotenv's documented function, skips a line that it cannot parse and only logs a warning.
    try:
        with path.open(encoding="utf-8") as file:
            lines = list(parse_stream(file))
        if any("\0" in line.original.string for line in lines):
            raise ValueError("it contains a NUL byte")  # UTF-16, or a damaged disk
    except FileNotFoundError as error:
        raise _missing(name) from error
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"{name} cannot be read: {error}; make it a readable UTF-8 file of NAME=value lines"
        ) from error
    if [line.key for line in lines] == [MISSING]:
        raise _missing(name)
    if bad := [line for line in lines if line.error or (line.key and line.value is None)]:
        raise InvalidSettings([f"{_where(name, line)}: not NAME=value, or a quote is not closed" for line in bad])
    return {line.key: Line(line.value, _where(name, line)) for line in lines if line.key and line.value is not None}


def _missing(name: str) -> ConfigError:
    return ConfigError(f"{name} is missing; copy .env.example to it and set what differs from the defaults")


def _where(name: str, line: Binding) -> str:
    """A binding begins with the empty lines before it."""
    text = line.original.string
    return f"{name} line {line.original.line + text[: len(text) - len(text.lstrip())].count(chr(10))}"
