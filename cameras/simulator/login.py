"""The camera's side of a login: Basic (RFC 7617) and Digest (RFC 7616), as strict as a strict camera."""

import base64
import binascii
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.request import parse_http_list, parse_keqv_list

HASHES: dict[str, Callable[[bytes], "hashlib._Hash"]] = {
    "MD5": hashlib.md5,
    "SHA-256": hashlib.sha256,
}


@dataclass
class LoginCheck:
    """`offers`: what the 401 offers, in this order, each a header: "Basic", "Digest MD5", "Digest SHA-256-sess"; with
    `joined` all in one header, with `extra` behind each Digest. A `one_time` nonce is good for one request. `refused`
    counts the logins that were wrong."""

    username: str
    password: str
    offers: tuple[str, ...] = ("Digest MD5",)
    joined: bool = False
    realm: str = "pretend camera"
    extra: str = ""
    one_time: bool = False
    refused: int = 0
    _nonces: dict[str, int] = field(default_factory=dict)  # nonce -> highest nc seen

    def accepts(self, authorization: str | None, method: str, target: str) -> bool:
        """Whether this Authorization header lets `target` be seen."""
        if authorization is None:
            return False
        scheme, _, rest = authorization.partition(" ")
        right = self._basic(rest) if scheme == "Basic" else scheme == "Digest" and self._digest(rest, method, target)
        self.refused += not right
        return right

    def challenges(self) -> list[str]:
        """Values of the WWW-Authenticate headers of a 401."""
        values = [self._challenge(*offer.split()) for offer in self.offers]
        return [", ".join(values)] if self.joined else values

    def _challenge(self, scheme: str, algorithm: str = "") -> str:
        if scheme == "Basic":
            return f'Basic realm="{self.realm}"'
        nonce = secrets.token_hex(16)
        self._nonces[nonce] = 0
        head = f'Digest realm="{self.realm}", qop="auth", nonce="{nonce}", opaque="5ccc", algorithm={algorithm}'
        return head + self.extra

    def _basic(self, encoded: str) -> bool:
        try:
            given = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return False
        return "Basic" in self.offers and given == f"{self.username}:{self.password}"

    def _digest(self, text: str, method: str, target: str) -> bool:
        said = parse_keqv_list(parse_http_list(text))
        try:
            return (
                self._is_new_nonce(said["nonce"], int(said["nc"], 16))
                and f"Digest {said['algorithm']}" in self.offers
                and (said["username"], said["realm"], said["opaque"]) == (self.username, self.realm, "5ccc")
                and (said["qop"], said["uri"]) == ("auth", target)
                and said["response"] == self._response(said, method)
            )
        except (KeyError, ValueError):
            return False

    def _is_new_nonce(self, nonce: str, count: int) -> bool:
        """A nonce of ours, its count higher than ever before: a replayed login is refused."""
        if count <= self._nonces.get(nonce, count):
            return False
        self._nonces[nonce] = 0xFFFFFFFF if self.one_time else count
        return True

    def _response(self, said: dict[str, str], method: str) -> str:
        digest = HASHES[said["algorithm"].removesuffix("-sess")]

        def hashed(*parts: str) -> str:
            return digest(":".join(parts).encode()).hexdigest()

        key = hashed(self.username, self.realm, self.password)
        if said["algorithm"].endswith("-sess"):
            key = hashed(key, said["nonce"], said["cnonce"])
        return hashed(key, said["nonce"], said["nc"], said["cnonce"], "auth", hashed(method, said["uri"]))
