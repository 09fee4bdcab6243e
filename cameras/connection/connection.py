"""One bounded, authenticated HTTP GET to one camera: what a make's fetcher is given."""

import http.client
from collections.abc import Awaitable, Callable
from dataclasses import replace

import aiohttp
from yarl import URL

from cameras.camera import Camera
from cameras.connection.challenge import parse_challenges
from cameras.connection.login import LoginMiddleware
from cameras.errors import HttpError, LoginRejected, NotAnImage, TooLarge
from cameras.net import Resolver, read_body
from cameras.text import quoted

BODY_LIMIT = 10_000_000  # bytes; traffic stills are 20 KB to 1 MB
BUSY_STATUSES = (429, 503)
CONNECT_TIMEOUT = 10.0  # seconds


def open_session(trace_configs: list[aiohttp.TraceConfig] | None = None) -> aiohttp.ClientSession:
    """The HTTP client of all cameras; use it in `async with`.

    No cookies, no compression and no keep-alive: cameras are weak, and the next request comes minutes later. No limit
    on connections: each camera has at most one request in progress, and a hung camera must not delay others.
    """
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, force_close=True, resolver=Resolver()),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_TIMEOUT),
        headers={"User-Agent": "cctv-images", "Accept-Encoding": "identity"},
        auto_decompress=False,
        trace_configs=trace_configs,
    )


class Connection:
    """GETs to one camera, one at a time. `observers` are client middlewares that see every request on the wire."""

    def __init__(
        self,
        camera: Camera,
        session: aiohttp.ClientSession,
        body_limit: int = BODY_LIMIT,
        observers: tuple[aiohttp.ClientMiddlewareType, ...] = (),
    ) -> None:
        self.camera = camera
        self.session = session
        self.body_limit = body_limit
        self.observers = observers
        self._login = LoginMiddleware(camera.login)

    @property
    def path(self) -> str:
        """The target that CAMERA_ADDRESSES gives for this camera; `/` if it gives none."""
        return self.camera.path or "/"

    @property
    def login_pending(self) -> bool:
        """A login was sent and not accepted: another attempt could be a second failed login."""
        return self._login.answered is not None and not self._login.accepted

    async def get(self, target: str, *fallbacks: str, scheme: str = "http", port: int | None = None) -> bytes:
        """The body of `target`, or, if the camera refuses it with a 4xx or 5xx, of the first fallback that it accepts.

        A target is a path with its query, sent exactly as written: `/snap.jpg?width=640`. `port` is for a make that
        does not listen on the scheme's default port; a port in the camera's address overrides it.

        Raises HttpError if the camera refuses every target, is busy (429, 503) or redirects; LoginRejected; NotAnImage
        for a video stream; TooLarge; and what aiohttp raises. Fallbacks are not asked for after any of these but a
        refusal.
        """
        try:
            return await self._get(target, scheme, port)
        except HttpError as error:
            if not fallbacks or error.status in BUSY_STATUSES or error.status < 400:
                raise
        return await self.get(*fallbacks, scheme=scheme, port=port)

    async def _get(self, target: str, scheme: str, port: int | None) -> bytes:
        address = replace(self.camera.address, port=self.camera.address.port or port)
        self._login = LoginMiddleware(self.camera.login)
        async with self.session.get(
            URL(f"{scheme}://{address}{target}", encoded=True),
            allow_redirects=False,  # a redirect leads to a login page, or to another host
            ssl=False,  # cameras' certificates are self-signed
            middlewares=(self._login, *self.observers),
        ) as response:
            if response.status != 200:
                raise self._error(response)
            return await self._body(response)

    def _error(self, response: aiohttp.ClientResponse) -> HttpError | LoginRejected:
        status = response.status
        if status in BUSY_STATUSES:
            return HttpError(status, "busy", "will retry at the next interval; if this goes on, restart the camera")
        if self.login_pending and self.camera.login:
            return LoginRejected(f"{status} after {self._login.answered}", f"check {self.camera.login.source}")
        if status != 401:
            return HttpError(status, _phrase(status), _hint(status))
        challenges = parse_challenges(response.headers.getall("WWW-Authenticate", []))
        offered, prefix = " or ".join(map(str, challenges)) or "a login", self.camera.prefix
        return LoginRejected(
            f"401, it wants {quoted(offered)} and none is set", f"set {prefix}_USERNAME and {prefix}_PASSWORD"
        )

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        """aiohttp's own `content_type` is not used: its parser takes a second for an odd header of 8 KB, or fails."""
        if response.headers.get("Content-Type", "").strip().lower().startswith("multipart/"):
            raise NotAnImage("a video stream", "give the path of its stills; a stream of pictures costs too much")
        return await read_body(response, self.body_limit, TooLarge(f"more than {self.body_limit:,} bytes"))


Fetch = Callable[[Connection], Awaitable[bytes]]  # what each make defines


def _phrase(status: int) -> str:
    """The standard phrase, not the camera's own, which is untrusted; empty for an unknown status."""
    return "redirect, not followed" if 300 <= status < 400 else http.client.responses.get(status, "")


def _hint(status: int) -> str:
    """What to do; empty where HttpError's default applies."""
    if 300 <= status < 400:
        return "check its address and port, and whether it wants https"
    if status == 403:
        return "check that its login may see pictures; after wrong logins it may be locked for 30 minutes"
    return "restart the camera if this goes on" if status >= 500 else ""
