"""A 401's challenges: which one we answer, and with what (RFC 9110 section 11, RFC 7616, RFC 7617).

aiohttp's DigestAuthMiddleware computes the digest, but it reads only the first WWW-Authenticate header, trips over odd
`domain` values and prefers auth-int. Cameras send Basic before Digest, several headers, or both in one. So the
challenge is chosen here, and given the one form that the middleware understands.
"""

import re
from dataclasses import dataclass, field
from typing import cast

from cameras.errors import LoginRejected
from cameras.text import quoted

HASHES = ("MD5", "SHA", "SHA256", "SHA-256", "SHA512", "SHA-512")
ALGORITHMS = {name + tail for name in HASHES for tail in ("", "-SESS")}
MAX_OBSTACLES = 3  # are told
MAX_HEADER_LENGTH = 8000  # characters of all headers together; a real camera sends some hundreds

_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]++"  # possessive: hostile headers must not make the search walk back
_PARAMETER = re.compile(rf'({_WORD})\s*+=\s*+(?:"((?:[^"\\]|\\.)*+)"|([^\s",]*))')
_SCHEME = re.compile(rf"({_WORD})(?=\s|,|$)")
_BETWEEN = re.compile(r"[\s,]*+")
_UNREADABLE = re.compile(r"[^\s,]++")


@dataclass(frozen=True)
class Challenge:
    """`scheme` and the names of `parameters` are lower case; values are as sent, unquoted."""

    scheme: str
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def algorithm(self) -> str:
        return self.parameters.get("algorithm", "MD5")

    def __str__(self) -> str:
        return f"Digest {self.algorithm}" if self.scheme == "digest" else self.scheme.capitalize()

    @property
    def obstacle(self) -> str:
        """Why we cannot answer it; empty if we can."""
        if self.scheme == "basic":
            return ""
        if self.scheme != "digest":
            return f"unknown scheme {quoted(self.scheme)}"
        if self.algorithm.upper() not in ALGORITHMS:
            return f"unknown algorithm {quoted(self.algorithm)}"
        if self.parameters.get("qop") and "auth" not in self._qop:
            return f"unknown qop {quoted(self.parameters['qop'])}"
        if not self.parameters.get("nonce") or "realm" not in self.parameters:
            return "no realm or nonce"
        if not all(value.isprintable() and _is_unicode(value) for value in self.parameters.values()):
            return "realm or nonce is not valid UTF-8 text"
        if any("\\" in value for value in self.parameters.values()):
            return "a backslash in realm or nonce"  # aiohttp's escaping and servers' differ
        return ""

    @property
    def _qop(self) -> list[str]:
        return re.split(r"[\s,]+", self.parameters.get("qop", "").strip().lower())

    def canonical(self) -> str:
        """The header as DigestAuthMiddleware reads it. `domain` is left out: only preemptive logins use it, and
        Hikvision sends "::". qop is narrowed to auth: of "auth,auth-int" the middleware would take the rarer."""
        kept = ("realm", "nonce", "opaque", "algorithm")
        chosen: dict[str, str] = {name: self.parameters[name] for name in kept if name in self.parameters}
        if self.parameters.get("qop"):
            chosen["qop"] = "auth"
        escaped = {name: value.replace('"', '\\"') for name, value in chosen.items()}
        return "Digest " + ", ".join(f'{name}="{value}"' for name, value in escaped.items())


def _is_unicode(value: str) -> bool:
    """aiohttp hands bytes that are not UTF-8 through as lone surrogates."""
    return not any("\ud800" <= character <= "\udfff" for character in value)


def parse(headers: list[str]) -> list[Challenge]:
    """All challenges of all WWW-Authenticate headers, in their order; what cannot be read is passed over."""
    return [challenge for header in headers for challenge in _parse_one(header[: MAX_HEADER_LENGTH // len(headers)])]


def _parse_one(header: str) -> list[Challenge]:
    found: list[Challenge] = []
    position = 0
    while (position := cast(re.Match[str], _BETWEEN.match(header, position)).end()) < len(header):
        if (parameter := _PARAMETER.match(header, position)) and found:
            name, quoted, bare = parameter.groups()
            value = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else bare
            found[-1].parameters.setdefault(name.lower(), value)
            position = parameter.end()
        elif scheme := _SCHEME.match(header, position):
            found.append(Challenge(scheme[1].lower()))
            position = scheme.end()
        else:
            position = cast(re.Match[str], _UNREADABLE.match(header, position)).end()
    return found


def choose(challenges: list[Challenge]) -> Challenge:
    """The first Digest that we can answer, else Basic: Basic gives the password away, and a camera that offers both
    may count it as a failed login. LoginRejected says why there is nothing to answer."""
    answerable = [challenge for challenge in challenges if not challenge.obstacle]
    if answerable:
        return min(answerable, key=lambda challenge: challenge.scheme != "digest")
    if not challenges:
        raise LoginRejected(
            "401 without a challenge", "it may be locked after wrong logins: wait 30 minutes, then probe it"
        )
    obstacles = "; ".join(list(dict.fromkeys(challenge.obstacle for challenge in challenges))[:MAX_OBSTACLES])
    raise LoginRejected(f"401, cannot be answered: {obstacles}", "set its authentication to Digest with MD5 or SHA-256")
