"""Host names of cameras -> addresses, but never link-local ones: a name may be made to lead to 169.254.169.254, where a
cloud host keeps its own credentials. (Addresses that are not names are checked by camera.Address.)"""

import socket

from aiohttp.abc import ResolveResult
from aiohttp.resolver import ThreadedResolver

from cameras.camera import forbidden


class CameraResolver(ThreadedResolver):
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """As ThreadedResolver; OSError if nothing remains."""
        found = [each for each in await super().resolve(host, port, family) if not forbidden(each["host"])]
        if not found:
            raise OSError(None, "its name leads to a link-local address")
        return found
