"""Parsers for setting values. Each returns the value, or raises ValueError, which says what would be right."""

import ipaddress
import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from cameras.camera import ID

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MAX_SECRET = 4096  # bytes

_BUCKET = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.*)?")


def text(value: str) -> str:
    return value


def path(value: str) -> Path:
    try:
        return Path(value).expanduser()
    except RuntimeError as error:
        raise ValueError(f"is not a path: {error}") from None


def existing_file(value: str) -> Path:
    try:
        if (file := path(value)).is_file():
            return file
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None
    raise ValueError("is not a file; give the path of a readable file")


def secret_file(value: str) -> str:
    """The content of a file without its trailing newline, as Docker, Kubernetes and systemd pass secrets."""
    try:
        with path(value).open("rb") as file:
            content = file.read(MAX_SECRET + 1).decode().removesuffix("\n").removesuffix("\r")
    except OSError as error:
        raise ValueError(f"names {value}, which cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"names {value}, which is not UTF-8 text") from None
    if not content or len(content) > MAX_SECRET:
        raise ValueError(f"names {value}, which must have 1 to {MAX_SECRET} bytes")
    return content


def seconds(value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = 0
    if not 0.1 <= number <= 86400:
        raise ValueError("must be a number of seconds from 0.1 to 86400, such as 300")
    return number


def seconds_or_0(value: str) -> float:
    return 0.0 if value == "0" else seconds(value)


def ids(value: str) -> frozenset[str] | Path:
    """Ids separated by spaces or commas, or a file of ids, which is read later and again."""
    try:
        return existing_file(value)
    except ValueError:  # not a file, or too long for a file name: ids
        pass
    found = [id for id in re.split(r"[\s,]+", value) if id]
    if bad := [id for id in found if not ID.fullmatch(id)]:
        raise ValueError(f"must be camera ids, such as 612,613, or the path of a file; {bad[0]!r} is neither")
    return frozenset(found)


def count(value: str) -> int:
    if not (re.fullmatch(r"[0-9]{1,7}", value) and 1 <= int(value) <= 1_000_000):
        raise ValueError("must be a whole number from 1 to 1000000, such as 5")
    return int(value)


def networks(value: str) -> tuple[Network, ...]:
    return tuple(_network(text) for text in value.replace(",", " ").split())


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        raise ValueError(f"must be networks such as 10.1.0.0/16, 2001:db8::/32: {error}") from None


def level(value: str) -> str:
    if value.upper() not in (levels := ("DEBUG", "INFO", "WARNING", "ERROR")):
        raise ValueError(f"must be one of {', '.join(levels)}")
    return value.upper()


def store(value: str) -> str:
    if value.startswith("s3:"):
        if not _BUCKET.fullmatch(value):
            raise ValueError("must be s3://bucket or s3://bucket/prefix, the bucket's name in lower case")
        return value
    if "://" in value:
        raise ValueError("must be s3://bucket/prefix or the path of a folder; other stores are not supported")
    return str(path(value))


def first_folder(value: str) -> str:
    """The first of the absolute paths that systemd separates by colons in STATE_DIRECTORY and LOGS_DIRECTORY.

    Any other value is left as it is: a path may hold a colon.
    """
    return value.partition(":/")[0] if value.startswith("/") else value


def state_folder(value: str) -> Path:
    if "://" in value:
        raise ValueError("must be the path of a folder")
    return path(first_folder(value))


def folder(value: str) -> str:
    if ":" in value:
        raise ValueError("must be the path of a folder")
    return value


def host(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*(:\d{1,5})?", value):
        raise ValueError("must be a bare host name, such as data.austintexas.gov")
    return value


def hosts(value: str) -> frozenset[str]:
    """Host names separated by spaces or commas, in lower case."""
    names = value.lower().replace(",", " ").split()
    if bad := [name for name in names if ":" in host(name)]:
        raise ValueError(f"must be host names without a port, such as cameras.example.org; {bad[0]!r} has one")
    return frozenset(names)


def four_by_four(value: str) -> str:
    if not re.fullmatch(r"\w{4}-\w{4}", value, re.ASCII):
        raise ValueError("must be a dataset's four-by-four id, such as b4k4-adkb")
    return value


class Listen(NamedTuple):
    """Where a server listens."""

    host: str  # an IP address or localhost
    port: int  # 0: the system chooses one

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def listen(value: str) -> Listen:
    name, _, port = value.rpartition(":")
    try:
        bare = name[1:-1] if name.startswith("[") and name.endswith("]") else name
        name = bare if bare == "localhost" else str(ipaddress.ip_address(bare))
        if not (re.fullmatch(r"[0-9]{1,5}", port) and int(port) < 65536):
            raise ValueError
    except ValueError:
        raise ValueError("must be an IP address and a port, such as 127.0.0.1:8080, or empty for no page") from None
    return Listen(name, int(port))


def web_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        valid = parts.hostname and (parts.port is None or parts.port)
    except ValueError:  # invalid brackets or port
        valid = False
    if not (valid and value.startswith(("https://", "http://"))) or any(mark in value for mark in "@?# ;,'\""):
        raise ValueError("must be a URL without login and query, such as https://example.org")
    return value.rstrip("/")


def yes_or_no(value: str) -> bool:
    if value.lower() not in ("yes", "no"):
        raise ValueError("must be yes or no")
    return value.lower() == "yes"
