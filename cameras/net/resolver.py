"""Host names of cameras and of the bucket -> addresses, without harm to others.

A lookup may hang for long: each has a thread of its own, so that it keeps neither other cameras nor the end of the
process waiting. And a camera's name may be made to lead to 169.254.169.254, where a cloud host keeps its own
credentials: such addresses are never asked. (Addresses that are not names are checked by camera.Address.)
"""

import asyncio
import socket
from functools import partial

from aiohttp.abc import AbstractResolver, ResolveResult

from cameras.camera import is_forbidden
from cameras.threads import in_daemon_thread

MAX_LOOKUPS = 100  # lookups
LOOKUP_TIMEOUT = 10.0  # seconds; aiohttp lets a lookup go on when its camera's time is up, so it must end by itself


class Resolver(AbstractResolver):
    def __init__(self) -> None:
        self._free = asyncio.Semaphore(MAX_LOOKUPS)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """OSError if the name is not known in time, or leads nowhere that a camera can be."""
        look_up = partial(socket.getaddrinfo, host, port, family, socket.SOCK_STREAM)
        async with self._free:
            try:
                async with asyncio.timeout(LOOKUP_TIMEOUT):
                    answers = await in_daemon_thread(lambda: look_up(), OSError)
            except TimeoutError:
                raise OSError(None, "the name servers do not answer") from None
        found = [
            ResolveResult(hostname=host, host=str(address[0]), port=port, family=kind, proto=protocol, flags=0)
            for kind, _, protocol, _, address in answers
            if not is_forbidden(str(address[0]))
        ]
        if not found:
            raise OSError(None, "its name leads to a link-local address")
        return found

    async def close(self) -> None:
        """Nothing is held."""
