"""The answer to a Digest challenge (RFC 7616).

aiohttp's DigestAuthMiddleware is not used: it reads only the first WWW-Authenticate header, fails on odd `domain`
values, prefers qop=auth-int and does not escape backslashes.
"""

import hashlib
import re
import secrets

from cameras.camera import Login
from cameras.connection.challenge import Challenge


def digest(
    challenge: Challenge, login: Login, method: str, target: str, count: int = 1, cnonce: str | None = None
) -> str:
    """The value of the Authorization header of a request for `target`, which is the path with its query as sent.

    `challenge` must be one without an obstacle. `count` is the number of requests that have used its nonce, this one
    included: a server may refuse a repeated count as a replay. `cnonce` is random unless given.
    """
    sent, count_text, cnonce = challenge.parameters, f"{count:08x}", cnonce or secrets.token_hex(8)
    fields = {
        "username": _quote(login.username),
        "realm": _quote(sent["realm"]),
        "nonce": _quote(sent["nonce"]),
        "uri": _quote(target),
        "response": _quote(_response(challenge, login, f"{method}:{target}", count_text, cnonce)),
        "algorithm": challenge.algorithm,
    }
    if sent.get("opaque"):
        fields["opaque"] = _quote(sent["opaque"])
    if challenge.has_qop:
        fields |= {"qop": "auth", "nc": count_text}
    if challenge.has_qop or challenge.is_session:
        fields["cnonce"] = _quote(cnonce)
    return "Digest " + ", ".join(f"{name}={value}" for name, value in fields.items())


def _response(challenge: Challenge, login: Login, request: str, count: str, cnonce: str) -> str:
    """RFC 7616 section 3.4.1; without a qop, RFC 2069's shorter form."""

    def hashed(*parts: str) -> str:
        hash_function = hashlib.new(challenge.hash_name or "", ":".join(parts).encode(), usedforsecurity=False)
        return hash_function.hexdigest()

    realm, nonce = challenge.parameters["realm"], challenge.parameters["nonce"]
    key = hashed(login.username, realm, login.password)
    if challenge.is_session:
        key = hashed(key, nonce, cnonce)
    if challenge.has_qop:
        return hashed(key, nonce, count, cnonce, "auth", hashed(request))
    return hashed(key, nonce, hashed(request))


def _quote(value: str) -> str:
    r"""A quoted-string (RFC 9110 section 5.6.4): `"` and `\` are escaped."""
    return '"' + re.sub(r'(["\\])', r"\\\1", value) + '"'
