"""Every setting, in one table: the fields of Config.

`from_environment` reads them, reports all problems at once and never shows a secret.
"""

import difflib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from cameras.camera import Login
from cameras.errors import ConfigError
from cameras.values import (
    Listen,
    count,
    existing_file,
    four_by_four,
    host,
    level,
    listen,
    path,
    seconds,
    store,
    text,
    web_url,
    yes_or_no,
)

HERE = Path(__file__).resolve().parent
DEFAULT_LOGIN = "CAMERA"  # CAMERA_USERNAME and CAMERA_PASSWORD: for every make without a pair of its own


def setting(
    default: Any, help: str, parse: Callable[[str], Any] = text, secret: bool = False, blank: bool = False
) -> Any:
    """`blank`: a blank value means None; for other settings it counts as unset."""
    return field(default=default, repr=not secret, metadata={"help": help, "parse": parse, "blank": blank})


@dataclass(frozen=True, kw_only=True)
class Config:
    """A field's name in capitals is the setting's name."""

    store: str = setting("public", "where pictures go: a folder, or s3://bucket[/prefix]", store)
    socrata_domain: str = setting("data.austintexas.gov", "the open data portal that has the camera list", host)
    socrata_dataset: str = setting("b4k4-adkb", "the dataset's four-by-four id", four_by_four)
    socrata_app_token: str | None = setting(None, "app token; without one Socrata may throttle", secret=True)
    socrata_username: str | None = setting(None, "login for a private dataset", secret=True)
    socrata_password: str | None = setting(None, "its password", secret=True)
    socrata_where: str = setting("camera_status='TURNED_ON'", "which rows to ask for (SoQL)")
    socrata_address_field: str = setting("camera_ip", "the column that holds a camera's address, if any")
    camera_addresses: Path | None = setting(None, "private CSV: camera_id,address[,…]", existing_file)
    camera_list: Path | None = setting(None, "JSON or CSV export used in place of Socrata", existing_file)
    interval: float = setting(300.0, "seconds between two pictures of a camera", seconds)
    timeout: float = setting(60.0, "seconds a camera has for one picture, login and retry included", seconds)
    max_failures: int = setting(5, "cycles without a picture after which a camera is stopped", count)
    max_login_failures: int = setting(3, "rejected logins in a row after which a camera is stopped", count)
    fallback_image: Path = setting(HERE / "fallback.jpg", "shown while a camera fails", existing_file)
    state_directory: Path = setting(Path("state"), "where the last good camera list is kept", path)
    log_file: Path | None = setting(None, "log file; else cctv.log in $LOGS_DIRECTORY, if that is set", path)
    log_level: str = setting("INFO", "DEBUG, INFO, WARNING or ERROR", level)
    aws_endpoint_url: str | None = setting(None, "an S3-compatible server; addressed path-style", web_url)
    status_address: Listen | None = setting(
        Listen("127.0.0.1", 8080), "where the status page listens; blank for no page", listen, blank=True
    )
    status_show_addresses: bool = setting(False, "whether the page shows cameras' addresses: yes or no", yes_or_no)
    public_url: str | None = setting(None, "what the public URL of a picture begins with, for the page", web_url)
    logins: Mapping[str, Login] = field(default_factory=dict, repr=False)
    journal_stream: str = ""  # $JOURNAL_STREAM, no setting: systemd's name for the stream that leads to its journal

    def login_for(self, prefix: str) -> Login | None:
        """The login for cameras whose settings begin with `prefix`, such as WISENET; else the one for all."""
        return self.logins.get(prefix) or self.logins.get(DEFAULT_LOGIN)


SETTINGS = tuple(row for row in fields(Config) if row.metadata)


def from_environment(environ: Mapping[str, str], makes: Collection[str], dotenv: Collection[str] = ()) -> Config:
    """The settings in `environ`; a blank value counts as unset. `makes` are the prefixes of login settings, such as
    WISENET; `dotenv` the names found in .env, where an unknown name that resembles a setting is taken for a typing
    error. ConfigError names every problem."""
    given = {name: value.strip() for name, value in environ.items() if value.strip()}
    if "LOGS_DIRECTORY" in given:  # set by systemd; like STATE_DIRECTORY it may list several, separated by colons
        given.setdefault("LOG_FILE", given["LOGS_DIRECTORY"].split(":")[0] + "/cctv.log")
    if "AWS_ENDPOINT_URL_S3" in given:  # the more specific name wins, as with botocore
        given["AWS_ENDPOINT_URL"] = given["AWS_ENDPOINT_URL_S3"]
    given["STATE_DIRECTORY"] = given.get("STATE_DIRECTORY", "state").split(":")[0]
    problems: list[str] = []
    values: dict[str, Any] = {}
    for row in SETTINGS:
        if row.metadata["blank"] and environ.get(row.name.upper(), "unset").strip() == "":
            values[row.name] = None
        if row.name.upper() in given:
            try:
                values[row.name] = row.metadata["parse"](given[row.name.upper()])
            except ValueError as error:
                shown = "=" + repr(given[row.name.upper()]) if "@" not in given[row.name.upper()] else ""  # a login?
                problems.append(f"{row.name.upper()}{shown} {error}")
    logins = _logins(given, [DEFAULT_LOGIN, *makes], problems)
    problems += _incomplete_pair(given, "SOCRATA") + _unknown_names(dotenv, makes)
    if problems:
        raise ConfigError("; ".join(problems))
    return Config(**values, logins=logins, journal_stream=given.get("JOURNAL_STREAM", ""))


def names(makes: Collection[str]) -> list[str]:
    """Every setting's name; `makes` as for from_environment."""
    pairs = [f"{make}_{part}" for make in [DEFAULT_LOGIN, *makes] for part in ("USERNAME", "PASSWORD")]
    return [row.name.upper() for row in SETTINGS] + pairs


def _logins(given: Mapping[str, str], prefixes: Collection[str], problems: list[str]) -> dict[str, Login]:
    found = {}
    for prefix in prefixes:
        username, password = f"{prefix}_USERNAME", f"{prefix}_PASSWORD"
        problems += _incomplete_pair(given, prefix)
        if username in given and password in given:
            try:
                found[prefix] = Login.checked(given[username], given[password], source=username)
            except ValueError as error:
                problems.append(f"{username} and {password}: {error}")
    return found


def _incomplete_pair(given: Mapping[str, str], prefix: str) -> list[str]:
    username, password = f"{prefix}_USERNAME", f"{prefix}_PASSWORD"
    if (username in given) == (password in given):
        return []
    there, missing = (username, password) if username in given else (password, username)
    return [f"{there} is set but {missing} is not; set both or neither"]


def _unknown_names(dotenv: Collection[str], makes: Collection[str]) -> list[str]:
    known = names(makes)
    ours = [name for name in dotenv if name not in known and not name.startswith("AWS_")]
    guesses = {name: difflib.get_close_matches(name, known, 1, 0.8) for name in ours}
    return [f"{name} in .env is not a setting; did you mean {near[0]}?" for name, near in guesses.items() if near]
