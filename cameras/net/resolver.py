"""Host names of cameras and of the bucket -> addresses.

A lookup may hang, so each has a thread of its own, which delays neither other lookups nor the end of the process.
Link-local addresses are refused: a camera's name could be made to resolve to 169.254.169.254, where a cloud host keeps
its own credentials. (aiohttp resolves no literal IP addresses; cameras.camera.Address refuses those.)

aiohttp connects to the addresses that were checked here and does not look the name up again, so a name whose addresses
change between the check and the connection (DNS rebinding) cannot lead outside the networks.
"""

import asyncio
import socket
from collections.abc import Sequence
from functools import partial
from ipaddress import IPv4Network, IPv6Network

from aiohttp.abc import AbstractResolver, ResolveResult

from cameras.camera import is_forbidden, unwrapped_ip
from cameras.errors import Unreachable
from cameras.threads import in_thread


class Resolver(AbstractResolver):
    """At most `at_once` lookups run at a time; each may take `timeout` seconds.

    Addresses outside `networks` are left out; none given: any address is allowed. aiohttp does not cancel a lookup when
    its request ends, so a lookup needs a timeout of its own.
    """

    def __init__(
        self, at_once: int = 100, timeout: float = 10.0, networks: Sequence[IPv4Network | IPv6Network] = ()
    ) -> None:
        self.timeout = timeout
        self.networks = networks
        self._free = asyncio.Semaphore(at_once)

    def check_literal(self, host: str) -> None:
        """Unreachable if `host` is an IP address outside the networks. aiohttp does not resolve these."""
        try:
            inside = self._is_inside(host)
        except ValueError:
            return  # a name: `resolve` checks its addresses
        if not inside:
            raise _outside()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """OSError if the name cannot be resolved in time, or only to addresses that no camera can have; Unreachable if
        only to addresses outside the networks."""
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
        if not (inside := [each for each in allowed if self._is_inside(each["host"])]):
            raise _outside()
        return inside

    def _is_inside(self, ip_address: str) -> bool:
        ip = unwrapped_ip(ip_address)
        return not self.networks or any(ip in network for network in self.networks)

    async def close(self) -> None:
        """Nothing to close."""


def _outside() -> Unreachable:
    return Unreachable(
        "its address is outside CAMERA_NETWORKS", "correct its address, or add its network to CAMERA_NETWORKS"
    )
