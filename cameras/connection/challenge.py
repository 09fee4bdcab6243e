"""The challenges of a 401, and which of them to answer (RFC 9110 section 11, RFC 7616, RFC 7617).

Cameras send Basic before Digest, several WWW-Authenticate headers, or several challenges in one header.
"""

import re
from dataclasses import dataclass, field
from typing import cast

from cameras.errors import LoginRejected
from cameras.text import quoted

HASHES = {  # Digest algorithm, without -sess -> hashlib's name; RFC 7616 and the older spellings that cameras use
    "MD5": "md5",
    "SHA": "sha1",
    "SHA256": "sha256",
    "SHA-256": "sha256",
    "SHA512": "sha512",
    "SHA-512": "sha512",
}
MAX_OBSTACLES = 3  # in an error message
MAX_HEADER_LENGTH = 8000  # characters, of all WWW-Authenticate headers together; a real camera sends a few hundred

_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]++"  # possessive quantifiers: a hostile header must not cause backtracking
_PARAMETER = re.compile(rf'({_WORD})\s*+=\s*+(?:"((?:[^"\\]|\\.)*+)"|([^\s",]*))')
_SCHEME = re.compile(rf"({_WORD})(?=\s|,|$)")
_SEPARATORS = re.compile(r"[\s,]*+")
_UNREADABLE = re.compile(r"[^\s,]++")


@dataclass(frozen=True)
class Challenge:
    """One way in which a camera asks for a login."""

    scheme: str  # lower case
    parameters: dict[str, str] = field(default_factory=dict)  # names in lower case; values unquoted, otherwise as sent

    def __str__(self) -> str:
        return f"Digest {self.algorithm}" if self.scheme == "digest" else self.scheme.capitalize()

    @property
    def algorithm(self) -> str:
        """As the camera spells it, such as `MD5-sess`."""
        return self.parameters.get("algorithm", "MD5")

    @property
    def hash_name(self) -> str | None:
        """hashlib's name of the hash function; None if the algorithm is unknown."""
        return HASHES.get(self.algorithm.upper().removesuffix("-SESS"))

    @property
    def is_session(self) -> bool:
        """Whether it is a -sess algorithm, which hashes both nonces into the key."""
        return self.algorithm.upper().endswith("-SESS")

    @property
    def is_stale(self) -> bool:
        """Whether it says that the login was correct, only its nonce too old (RFC 7616 section 3.3)."""
        return self.parameters.get("stale", "").lower() == "true"

    @property
    def has_qop(self) -> bool:
        """Whether it offers a quality of protection; RFC 2069, and some old cameras, know none."""
        return bool(self.parameters.get("qop"))

    @property
    def obstacle(self) -> str:
        """Why it cannot be answered; empty if it can."""
        if self.scheme == "basic":
            return ""
        if self.scheme != "digest":
            return f"unknown scheme {quoted(self.scheme)}"
        if not self.hash_name:
            return f"unknown algorithm {quoted(self.algorithm)}"
        if self.has_qop and "auth" not in re.split(r"[\s,]+", self.parameters["qop"].lower()):
            return f"unknown qop {quoted(self.parameters['qop'])}"
        if not self.parameters.get("nonce") or "realm" not in self.parameters:
            return "no realm or nonce"
        if not all(self.parameters.get(name, "").isprintable() for name in ("realm", "nonce", "opaque")):
            return "realm or nonce is not valid UTF-8 text"  # aiohttp turns invalid bytes into unprintable surrogates
        return ""


def parse_challenges(headers: list[str]) -> list[Challenge]:
    """All challenges of all WWW-Authenticate headers, in their order. What cannot be read is skipped."""
    return [challenge for header in headers for challenge in _parse_header(header[: MAX_HEADER_LENGTH // len(headers)])]


def _parse_header(header: str) -> list[Challenge]:
    challenges: list[Challenge] = []
    position = 0
    while (position := cast(re.Match[str], _SEPARATORS.match(header, position)).end()) < len(header):
        if (parameter := _PARAMETER.match(header, position)) and challenges:
            name, quoted_value, plain_value = parameter.groups()
            value = plain_value if quoted_value is None else re.sub(r"\\(.)", r"\1", quoted_value)
            challenges[-1].parameters.setdefault(name.lower(), value)
            position = parameter.end()
        elif scheme := _SCHEME.match(header, position):
            challenges.append(Challenge(scheme[1].lower()))
            position = scheme.end()
        else:
            position = cast(re.Match[str], _UNREADABLE.match(header, position)).end()
    return challenges


def choose(challenges: list[Challenge]) -> Challenge:
    """The first Digest challenge that can be answered, else Basic. LoginRejected, with the reasons, if there is none.

    Basic comes last because it reveals the password, and because a camera that offers both may count it as a failed
    login.
    """
    answerable = [challenge for challenge in challenges if not challenge.obstacle]
    if answerable:
        return min(answerable, key=lambda challenge: challenge.scheme != "digest")
    if not challenges:
        raise LoginRejected(
            "401 without a challenge", "it may be locked after wrong logins: wait 30 minutes, then probe it"
        )
    obstacles = "; ".join(list(dict.fromkeys(challenge.obstacle for challenge in challenges))[:MAX_OBSTACLES])
    raise LoginRejected(f"401, cannot be answered: {obstacles}", "set its authentication to Digest with MD5 or SHA-256")
