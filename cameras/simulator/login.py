"""The camera's side of a login: Basic (RFC 7617) and Digest (RFC 7616), as strict as a strict camera."""

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass, field
from urllib.request import parse_http_list, parse_keqv_list

HASHES = {"MD5": "md5", "SHA-256": "sha256"}  # the algorithm's name in HTTP, and in hashlib
OPAQUE = "5ccc"


@dataclass
class LoginCheck:
    """Makes the challenges of a 401 and checks the answers."""

    username: str
    password: str
    offers: tuple[str, ...] = ("Digest MD5",)  # in this order: "Basic", "Digest MD5", "Digest SHA-256-sess", ...
    joined: bool = False  # all offers in one header, else each in its own
    realm: str = "simulated camera"
    extra: str = ""  # appended to each Digest challenge
    one_time: bool = False  # a nonce is valid for one request only
    bound: bool = False  # a nonce is valid only on the connection that it was sent on
    stale_once: bool = False  # a nonce is accepted only if it replaces an older one, with stale=true
    refused: int = 0  # wrong logins so far
    _nonces: dict[str, int] = field(default_factory=dict)  # nonce -> highest nc seen
    _connections: dict[str, object] = field(default_factory=dict)  # nonce -> the connection that it was sent on
    _replacements: set[str] = field(default_factory=set)  # nonces that were sent with stale=true
    _stale: bool = False  # the last login was right, but its nonce no replacement

    def accepts(self, authorization: str | None, method: str, target: str, connection: object = None) -> bool:
        """Whether this Authorization header is valid for `target` on `connection`; counts it if it is not."""
        if authorization is None:
            return False
        scheme, _, fields = authorization.partition(" ")
        if scheme == "Basic":
            valid = self._accepts_basic(fields)
        else:
            valid = scheme == "Digest" and self._accepts_digest(fields, method, target, connection)
        self.refused += not valid
        return valid and not self._stale

    def challenges(self, connection: object = None) -> list[str]:
        """Values of the WWW-Authenticate headers of a 401 on `connection`."""
        values = [self._challenge(connection, *offer.split()) for offer in self.offers]
        self._stale = False
        return [", ".join(values)] if self.joined else values

    def _challenge(self, connection: object, scheme: str, algorithm: str = "") -> str:
        if scheme == "Basic":
            return f'Basic realm="{self.realm}"'
        nonce = secrets.token_hex(16)
        self._nonces[nonce], self._connections[nonce] = 0, connection
        challenge = (
            f'Digest realm="{self.realm}", qop="auth", nonce="{nonce}", opaque="{OPAQUE}", algorithm={algorithm}'
        )
        if self._stale:
            self._replacements.add(nonce)
            challenge += ", stale=true"
        return challenge + self.extra

    def _accepts_basic(self, encoded: str) -> bool:
        try:
            login = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return False
        return "Basic" in self.offers and login == f"{self.username}:{self.password}"

    def _accepts_digest(self, text: str, method: str, target: str, connection: object) -> bool:
        fields = parse_keqv_list(parse_http_list(text))
        try:
            valid = (
                self._is_new_nonce(fields["nonce"], int(fields["nc"], 16))
                and f"Digest {fields['algorithm']}" in self.offers
                and (fields["username"], fields["realm"], fields["opaque"]) == (self.username, self.realm, OPAQUE)
                and (fields["qop"], fields["uri"]) == ("auth", target)
                and fields["response"] == self._expected_response(fields, method)
                and not (self.bound and self._connections.get(fields["nonce"]) is not connection)
            )
        except (KeyError, ValueError):
            return False
        self._stale = valid and self.stale_once and fields["nonce"] not in self._replacements
        return valid

    def _is_new_nonce(self, nonce: str, count: int) -> bool:
        """Whether it is one of our nonces, with a higher count than before: a replayed login is refused."""
        if count <= self._nonces.get(nonce, count):
            return False
        self._nonces[nonce] = 0xFFFFFFFF if self.one_time else count
        return True

    def _expected_response(self, fields: dict[str, str], method: str) -> str:
        """RFC 7616, 3.4.1."""
        name = HASHES[fields["algorithm"].removesuffix("-sess")]

        def hashed(*parts: str) -> str:
            return hashlib.new(name, ":".join(parts).encode(), usedforsecurity=False).hexdigest()

        key = hashed(self.username, self.realm, self.password)
        if fields["algorithm"].endswith("-sess"):
            key = hashed(key, fields["nonce"], fields["cnonce"])
        request = hashed(method, fields["uri"])
        return hashed(key, fields["nonce"], fields["nc"], fields["cnonce"], "auth", request)
