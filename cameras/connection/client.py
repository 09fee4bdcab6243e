"""HTTP sessions to cameras, and what was learnt about each camera while the process runs."""

from dataclasses import dataclass, field

import aiohttp
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse

from cameras.camera import Camera
from cameras.errors import Unreachable
from cameras.net import Resolver

CONNECT_TIMEOUT = 10.0  # seconds


@dataclass
class Client:
    """What the fetches of all cameras share. They share no connection.

    A camera whose row in the camera list changes (its address, its login) counts as a new one.
    """

    resolver: Resolver = field(default_factory=Resolver)
    observers: tuple[aiohttp.ClientMiddlewareType, ...] = ()  # see every request on the wire
    trace_configs: tuple[aiohttp.TraceConfig, ...] = ()
    keeps_connections: dict[Camera, bool] = field(default_factory=dict, repr=False)  # did the first one kept work?
    false_stale: set[Camera] = field(default_factory=set, repr=False)  # their stale=true proved untrue

    def open_session(self, share_connection: bool, *trace_configs: aiohttp.TraceConfig) -> aiohttp.ClientSession:
        """The session of one fetch, for `async with`: its end closes every connection.

        No cookies and no compression, because cameras are weak. No limit on connections, which would deadlock when a
        response is not read to its end; a fetch has one request in progress at most.
        """
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, force_close=not share_connection, resolver=self.resolver),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT),
            headers={"User-Agent": "cctv-images", "Accept-Encoding": "identity"},
            auto_decompress=False,
            trace_configs=[*trace_configs, *self.trace_configs],
        )


class RefuseRepetition:
    """A client middleware for one request. aiohttp by itself repeats a GET whose connection was closed, and a login
    with it: here that is Unreachable, with `fix`."""

    def __init__(self, fix: str = "") -> None:
        self.fix = fix
        self._started = False

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        if self._started:
            raise Unreachable("closed the connection without an answer", self.fix)
        self._started = True
        return await handler(request)
