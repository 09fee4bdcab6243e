"""Every setting, in one table: the fields of Config.

`from_environment` reads them, reports all problems at once and never shows a secret.
"""

import difflib
from collections.abc import Callable, Collection, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from cameras import values
from cameras.camera import Login, Logins
from cameras.errors import InvalidSettings

HERE = Path(__file__).resolve().parent
Problem = tuple[str, str]  # the setting's name, and the sentence
DEFAULT_LOGIN = "CAMERA"  # CAMERA_USERNAME and CAMERA_PASSWORD: for every make without a login of its own


def setting(
    default: Any, help: str, parse: Callable[[str], Any] = values.text, secret: bool = False, may_be_empty: bool = False
) -> Any:
    """`may_be_empty`: an empty value means None. Any other setting that is empty counts as unset."""
    return field(
        default=default, repr=not secret, metadata={"help": help, "parse": parse, "may_be_empty": may_be_empty}
    )


@dataclass(frozen=True)
class Durations:
    """In seconds. No settings: tests shorten them."""

    late_put: float = 900.0  # S3 applies a put that was signed so long ago, but none older
    retry_later: float = 28.0  # between a run that ended because of what may pass and the next, which systemd starts
    login_window: float = 1800.0  # in which a camera receives at most MAX_LOGIN_FAILURES rejected logins


@dataclass(frozen=True, kw_only=True)
class Config:
    """A field's name in capitals is the setting's name."""

    store: str = setting("public", "where pictures are stored: a folder, or s3://bucket[/prefix]", values.store)
    socrata_domain: str = setting(
        "data.austintexas.gov", "host name of the open data portal with the camera list", values.host
    )
    socrata_dataset: str = setting("b4k4-adkb", "the dataset's four-by-four id", values.four_by_four)
    socrata_app_token: str | None = setting(None, "app token; without one Socrata may throttle requests", secret=True)
    socrata_username: str | None = setting(None, "username for a private dataset", secret=True)
    socrata_password: str | None = setting(None, "password for a private dataset", secret=True)
    socrata_where: str | None = setting(None, "which rows to request (SoQL); by default all")
    socrata_address_field: str = setting("camera_ip", "the column with a camera's address, if the dataset has one")
    camera_addresses: Path | None = setting(None, "private CSV: camera_id,address[,…]", values.existing_file)
    camera_networks: tuple[values.Network, ...] | None = setting(
        None, "networks that cameras may be in, such as 10.1.0.0/16; unset: any", values.networks
    )
    camera_list: Path | None = setting(None, "JSON or CSV export to use instead of Socrata", values.existing_file)
    makes_directory: Path | None = setting(
        None, "folder with makes of your own, one *.py each, which belongs to root", values.path
    )
    interval: float = setting(300.0, "seconds between two pictures of a camera", values.seconds)
    timeout: float = setting(60.0, "seconds to fetch one picture, login and retry included", values.seconds)
    list_interval: float = setting(
        3600.0, "seconds between two reads of the camera list; 0: only at the start and on reload", values.seconds_or_0
    )
    never_publish: frozenset[str] | Path = setting(
        frozenset(), "ids of cameras that are never polled and never shown, or a file of such ids", values.ids
    )
    max_failures: int = setting(288, "failed cycles in a row after which a camera is stopped", values.count)
    max_login_failures: int = setting(3, "rejected logins in a row after which a camera is stopped", values.count)
    fallback_image: Path = setting(HERE / "fallback.jpg", "JPEG shown while a camera fails", values.existing_file)
    state_directory: Path = setting(
        Path("state"),
        "folder for what survives a restart: the cached list, rejected logins, published ids",
        values.state_folder,
    )
    log_file: Path | None = setting(None, "log file; default: cctv.log in $LOGS_DIRECTORY, if that is set", values.path)
    log_level: str = setting("INFO", "DEBUG, INFO, WARNING or ERROR", values.level)
    aws_endpoint_url: str | None = setting(None, "URL of an S3-compatible server, addressed path-style", values.web_url)
    status_address: values.Listen | None = setting(
        values.Listen("127.0.0.1", 8080),
        "where the status page listens; empty for no page",
        values.listen,
        may_be_empty=True,
    )
    status_hosts: frozenset[str] = setting(
        frozenset(), "host names under which the status page may be asked for, besides localhost", values.hosts
    )
    status_show_addresses: bool = setting(
        False, "whether the status page shows cameras' addresses: yes or no", values.yes_or_no
    )
    public_url: str | None = setting(None, "start of the pictures' public URLs, for the status page", values.web_url)
    logins: Logins = field(default_factory=Logins)
    durations: Durations = field(default_factory=Durations)
    journal_stream: str = ""  # $JOURNAL_STREAM, no setting: systemd's name for the stream that leads to its journal
    runtime_directory: Path | None = None  # $RUNTIME_DIRECTORY, no setting: systemd's folder for sockets
    sudo_user: str = ""  # $SUDO_USER, no setting: who is behind sudo
    warnings: tuple[str, ...] = ()  # about names in the environment

    @property
    def control_folder(self) -> Path:
        """Where the control socket is."""
        return self.runtime_directory or self.state_directory


SETTINGS = tuple(row for row in fields(Config) if row.metadata)


def from_environment(
    environ: Mapping[str, str],
    makes: Collection[str],
    lines: Mapping[str, str] | None = None,
    only: Collection[str] = (),
) -> Config:
    """The settings in `environ`. InvalidSettings names every problem.

    `makes` are the prefixes of login settings, such as WISENET. `lines` says of the names that come from a settings
    file where they are: `.env line 3`. An unknown one that resembles a setting is reported as a typing error; one that
    is only in the environment, which belongs to others too, is a warning. With `only`, no other setting is read, and
    nothing can be wrong with it.
    """
    lines, given = lines or {}, _given(environ)
    problems: list[Problem] = [] if only else _read_secret_files(given, makes) + _apply_aliases(given)
    elsewhere = [name for name in environ if name not in lines]
    parsed: dict[str, Any] = {}
    for row in SETTINGS:
        if not only or row.name.upper() in only:
            _parse(row, given, environ, parsed, problems)
    logins = Logins()
    if not only:
        logins = _logins(given, makes, problems)
        problems += _incomplete_pair(given, "SOCRATA") + _unknown_names(lines, makes)
    if problems:
        raise InvalidSettings([f"{lines[name]}: {text}" if name in lines else text for name, text in problems])
    return Config(
        **parsed,
        logins=logins,
        journal_stream=given.get("JOURNAL_STREAM", ""),
        runtime_directory=Path(given["RUNTIME_DIRECTORY"]) if "RUNTIME_DIRECTORY" in given else None,
        sudo_user=given.get("SUDO_USER", ""),
        warnings=tuple(f"{text} It is in the environment" for _, text in _unknown_names(elsewhere, makes, 0.85)),
    )


def log_file(environ: Mapping[str, str]) -> Path | None:
    """Where to log that the settings are invalid."""
    given = _given(environ)
    return Path(given["LOG_FILE"]) if "LOG_FILE" in given else None


def _parse(
    row: Field[Any],
    given: Mapping[str, str],
    environ: Mapping[str, str],
    parsed: dict[str, Any],
    problems: list[Problem],
) -> None:
    name = row.name.upper()
    if name in given:
        try:
            parsed[row.name] = row.metadata["parse"](given[name])
        except ValueError as error:
            show_value = row.repr and "@" not in given[name]  # a URL may hold a login
            problems.append((name, f"{name}={given[name]!r} {error}" if show_value else f"{name} {error}"))
    elif name in environ and row.metadata["may_be_empty"]:
        parsed[row.name] = None


def names(makes: Collection[str]) -> list[str]:
    """Every setting's name; `makes` as for from_environment."""
    return [row.name.upper() for row in SETTINGS] + _login_names(makes)


def secret_names(makes: Collection[str]) -> list[str]:
    """The settings whose value may be in a file, which NAME_FILE names."""
    return [row.name.upper() for row in SETTINGS if not row.repr] + _login_names(makes)


def _login_names(makes: Collection[str]) -> list[str]:
    return [f"{make}_{part}" for make in [DEFAULT_LOGIN, *makes] for part in ("USERNAME", "PASSWORD")]


def _read_secret_files(given: dict[str, str], makes: Collection[str]) -> list[Problem]:
    """Puts the contents of the files into `given`."""
    problems = []
    for name in secret_names(makes):
        if file := given.get(f"{name}_FILE"):
            try:
                if name in given:
                    raise ValueError(f"and {name} are both set; keep one")
                given[name] = values.secret_file(file)
            except ValueError as error:
                problems.append((f"{name}_FILE", f"{name}_FILE {error}"))
    return problems


def _apply_aliases(given: dict[str, str]) -> list[Problem]:
    """BUCKET=name is STORE=s3://name."""
    if bucket := given.get("BUCKET"):
        if "STORE" in given:
            return [("BUCKET", "BUCKET and STORE are both set; keep one")]
        given["STORE"] = f"s3://{bucket}"
    return []


def _given(environ: Mapping[str, str]) -> dict[str, str]:
    """What is set and not empty, with names that other programs set translated to ours."""
    given = {name: value.strip() for name, value in environ.items() if value.strip()}
    if "LOGS_DIRECTORY" in given:  # set by systemd
        given.setdefault("LOG_FILE", values.first_folder(given["LOGS_DIRECTORY"]) + "/cctv.log")
    if "RUNTIME_DIRECTORY" in given:
        given["RUNTIME_DIRECTORY"] = values.first_folder(given["RUNTIME_DIRECTORY"])
    if "AWS_ENDPOINT_URL_S3" in given:  # the more specific name wins, as with botocore
        given["AWS_ENDPOINT_URL"] = given["AWS_ENDPOINT_URL_S3"]
    return given


def _logins(given: Mapping[str, str], makes: Collection[str], problems: list[Problem]) -> Logins:
    """Adds what is wrong to `problems`."""
    by_prefix = {}
    for prefix in (DEFAULT_LOGIN, *makes):
        username, password = f"{prefix}_USERNAME", f"{prefix}_PASSWORD"
        problems += _incomplete_pair(given, prefix)
        if username in given and password in given:
            try:
                by_prefix[prefix] = Login(given[username], given[password], source=username)
            except ValueError as error:
                problems.append((username, f"{username} and {password}: {error}"))
    return Logins(default=by_prefix.pop(DEFAULT_LOGIN, None), by_prefix=by_prefix)


def _incomplete_pair(given: Mapping[str, str], prefix: str) -> list[Problem]:
    username, password = f"{prefix}_USERNAME", f"{prefix}_PASSWORD"
    if (username in given) == (password in given):
        return []
    present, missing = (username, password) if username in given else (password, username)
    return [(present, f"{present} is set but {missing} is not; set both or neither")]


def _unknown_names(given: Collection[str], makes: Collection[str], similarity: float = 0.8) -> list[Problem]:
    """`similarity` is that of difflib; CACHE_DIRECTORY, which systemd sets, has 0.8 to STATE_DIRECTORY."""
    known = [*names(makes), *(f"{name}_FILE" for name in secret_names(makes)), "BUCKET", "SETTINGS_FILE"]
    unknown = [name for name in given if name not in known and not name.startswith("AWS_")]
    guesses = {name: difflib.get_close_matches(name, known, 1, similarity) for name in unknown}
    return [(name, f"{name} is not a setting; did you mean {near[0]}?") for name, near in guesses.items() if near]
