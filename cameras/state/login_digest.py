"""Recognising a login without storing it: a salted scrypt (RFC 7914) of username and password."""

import hashlib
import secrets

from cameras.camera import Login
from cameras.threads import in_thread

COST = 2**12  # scrypt's n: about 10 ms and 4 MB for each login


class LoginDigests:
    """Digests under one salt; each distinct login is computed once."""

    def __init__(self, salt: str = "") -> None:
        self.salt = salt or secrets.token_hex(16)
        self._known: dict[Login, str] = {}

    async def digest(self, login: Login) -> str:
        if login not in self._known:
            text = f"{login.username}\0{login.password}".encode()
            self._known[login] = await in_thread(lambda: _scrypt(text, self.salt), name="scrypt")
        return self._known[login]


def _scrypt(text: bytes, salt: str) -> str:
    return hashlib.scrypt(text, salt=salt.encode(), n=COST, r=8, p=1, dklen=16).hex()
