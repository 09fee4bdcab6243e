"""Host names of cameras and of the bucket -> addresses.

A lookup may hang, so each has a thread of its own, which delays neither other lookups nor the end of the process.
Link-local addresses are refused: a camera's name could be made to resolve to 169.254.169.254, where a cloud host keeps
its own credentials. (aiohttp resolves no literal IP addresses; cameras.camera.Address refuses those.)
"""

import asyncio
import socket
from functools import partial

from aiohttp.abc import AbstractResolver, ResolveResult

from cameras.camera import is_forbidden
from cameras.threads import in_thread


class Resolver(AbstractResolver):
    """At most `at_once` lookups run at a time; each may take `timeout` seconds.

    aiohttp does not cancel a lookup when its request ends, so a lookup needs a timeout of its own.
    """

    def __init__(self, at_once: int = 100, timeout: float = 10.0) -> None:
        self.timeout = timeout
        self._free = asyncio.Semaphore(at_once)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """OSError if the name cannot be resolved in time, or only to addresses that no camera can have."""
        look_up = partial(socket.getaddrinfo, host, port, family, socket.SOCK_STREAM)
        async with self._free:
            try:
                async with asyncio.timeout(self.timeout):
                    answers = await in_thread(look_up, name="resolver")
            except TimeoutError:
                raise OSError(None, "the name servers do not answer") from None
        allowed = [
            ResolveResult(hostname=host, host=str(address[0]), port=port, family=kind, proto=protocol, flags=0)
            for kind, _, protocol, _, address in answers
            if not is_forbidden(str(address[0]))
        ]
        if not allowed:
            raise OSError(None, "its name resolves to a link-local address")
        return allowed

    async def close(self) -> None:
        """Nothing to close."""
