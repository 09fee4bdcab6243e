"""One camera: what the camera list says about it."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")  # part of a file name, an object's name and a URL

_NAME = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9_-]{1,63}(?<!-))*\.?")
SCHEMES = ("http", "https")
AWS_METADATA_IPV6 = ipaddress.ip_network("fd00:ec2::/32")  # Amazon's counterpart of 169.254.169.254 in IPv6


@dataclass(frozen=True, slots=True)
class Address:
    """Where a camera listens."""

    host: str  # an IP address or host name, in lower case
    port: int | None = None  # None: the usual port of its make
    scheme: str | None = None  # http or https; None: the usual one of its make

    @classmethod
    def parse(cls, text: str) -> Self:
        """`10.1.2.3`, `10.1.2.3:8080`, `2001:db8::5`, `[2001:db8::5]:81` or `cam5.example.org:81`, each also after
        `http://` or `https://`.

        ValueError, with the reason, for any other text. Link-local addresses are refused: at 169.254.169.254 a cloud
        host keeps its own credentials.
        """
        scheme, separator, rest = text.partition("://")
        if separator and scheme.lower() in SCHEMES:
            return replace(cls._without_scheme(rest), scheme=scheme.lower())
        return cls._without_scheme(text)

    @classmethod
    def _without_scheme(cls, text: str) -> Self:
        try:
            return cls(_canonical(text))  # without a port first: an IPv6 address is full of colons
        except ValueError:
            host, colon, port = text.rpartition(":")
            if not (colon and re.fullmatch(r"[0-9]+", port) and (":" not in host or host.startswith("["))):
                raise
        if len(port) > 5 or not 0 < int(port) < 65536:
            raise ValueError("its port is not between 1 and 65535")
        return cls(_canonical(host), int(port))

    def __str__(self) -> str:
        scheme = f"{self.scheme}://" if self.scheme else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return scheme + host + (f":{self.port}" if self.port else "")

    def origin(self, scheme: str, port: int | None) -> str:
        """The start of its URLs, such as `https://10.1.2.3:8902`.

        `scheme` and `port` are the usual ones of its make (None: the scheme's default port), for what is not given
        here. A make's port belongs to its scheme: it is not used with another one.
        """
        usual_port = port if self.scheme in (None, scheme) else None
        return str(replace(self, scheme=self.scheme or scheme, port=self.port or usual_port))


def _canonical(host: str) -> str:
    """Refuses IPv4 addresses such as 010.1.2.3, which aiohttp cannot connect to (aio-libs/aiohttp#12827)."""
    bracketed = host.startswith("[") and host.endswith("]")
    try:
        if "%" in host:  # a zone is only needed for link-local addresses
            raise ValueError
        ip = ipaddress.ip_address(host[1:-1] if bracketed else host)
    except ValueError:
        if bracketed or not _NAME.fullmatch(host) or len(host) > 253 or _looks_numeric(host):
            raise ValueError(
                "not an IPv4 or IPv6 address or a host name, with an optional :port and http:// or https://"
            ) from None
        return host.lower()
    if is_forbidden(str(ip)):
        raise ValueError("a link-local, multicast or unspecified address cannot be a camera's")
    return str(unwrapped_ip(str(ip)))


def is_forbidden(ip_address: str) -> bool:
    """Whether no camera can have this address."""
    ip = unwrapped_ip(ip_address)
    return ip.is_link_local or ip.is_multicast or ip.is_unspecified or ip in AWS_METADATA_IPV6


def unwrapped_ip(ip_address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Without an IPv6 zone, and as IPv4 if it is IPv4-mapped IPv6. ValueError if it is not an IP address."""
    ip = ipaddress.ip_address(ip_address.partition("%")[0])
    return getattr(ip, "ipv4_mapped", None) or ip


def _looks_numeric(host: str) -> bool:
    """No top-level domain is a number (RFC 3696), but 10.1.2 and 0x7f000001 reach an address on many systems."""
    last = host.rstrip(".").rpartition(".")[2]
    return last.isdigit() or last.lower().startswith("0x")


@dataclass(frozen=True, slots=True)
class Login:
    """ValueError, which shows neither value, if no camera could accept it."""

    username: str = field(repr=False)
    password: str = field(repr=False)
    source: str  # the setting or file that it came from, for messages

    def __post_init__(self) -> None:
        if ":" in self.username:
            raise ValueError("a username cannot contain a colon (RFC 7617)")
        if not (self.username + self.password).isprintable():
            raise ValueError("a username or password cannot contain control characters or broken UTF-8")


@dataclass(frozen=True, slots=True)
class Logins:
    """The cameras' logins that the settings give."""

    by_prefix: Mapping[str, Login] = field(default_factory=dict)  # for one make; its prefix is WISENET, for example
    default: Login | None = None  # for every make that has none of its own

    def for_make(self, prefix: str) -> Login | None:
        """None: cameras of this make are polled without a login."""
        return self.by_prefix.get(prefix, self.default)


@dataclass(frozen=True, slots=True)
class Camera:
    """One row of the camera list."""

    id: str  # safe in a file name and a URL
    make: str  # the name of a known make
    address: Address
    login: Login | None = None
    path: str | None = None  # the target of a generic camera's still
    place: str = ""  # untrusted text from the dataset
    longitude: float | None = None  # degrees, WGS 84
    latitude: float | None = None

    def __str__(self) -> str:
        return f"camera {self.id} ({self.make})"

    @property
    def picture(self) -> str:
        """The name of its picture in the store."""
        return f"image/{self.id}.jpg"

    @property
    def prefix(self) -> str:
        """The start of its make's settings, such as SPECTRA_ENHANCED."""
        return make_id(self.make).upper()


def make_id(make: str) -> str:
    """The file name of a make, without `.py`: `spectra_enhanced` for `Spectra Enhanced`."""
    return re.sub(r"[^a-z0-9]+", "_", make.strip().lower())
