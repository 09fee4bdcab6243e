"""One bounded, authenticated HTTP GET to one camera. What a make's fetcher is given."""

from dataclasses import replace
from http import HTTPStatus

import aiohttp
from yarl import URL

from cameras.camera import Camera
from cameras.connection.challenge import parse
from cameras.connection.login import LoginMiddleware
from cameras.errors import HttpError, LoginRejected, NotAnImage, TooLarge
from cameras.net.bounded_body import read_body
from cameras.net.resolver import Resolver
from cameras.text import quoted

BODY_LIMIT = 10_000_000  # bytes; traffic stills are 20 KB to 1 MB
BUSY_STATUSES = (429, 503)
CONNECT_TIMEOUT = 10.0  # seconds


def open_session(trace_configs: list[aiohttp.TraceConfig] | None = None) -> aiohttp.ClientSession:
    """The HTTP client of all cameras; use it in `async with`.

    No cookies, no compression, no keep-alive: cameras are weak, and their next turn comes minutes later. No limit on
    connections: the fleet has one request in flight for each camera, and a hung camera must not use up another's turn.
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
    """GETs to one camera, one at a time. `observers` are client middlewares that see what goes over the wire."""

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
    def login_pending(self) -> bool:
        """A login was sent and the camera has not accepted it: one more try could be a second bad login."""
        return self._login.answered is not None and not self._login.accepted

    async def get(self, *targets: str, scheme: str = "http", port: int | None = None) -> bytes:
        """The body that the camera gives for the first target that it does not refuse with a 4xx or 5xx.

        A target is a path with its query, sent as written. `port` is where this make listens if not on the scheme's
        own port; the camera's address overrides it. A busy camera (429, 503) is not asked for the next target.
        Raises HttpError, LoginRejected, TooLarge, and what aiohttp raises.
        """
        for target in targets[:-1]:
            try:
                return await self._get(target, scheme, port)
            except HttpError as refused:
                if refused.status in BUSY_STATUSES or refused.status < 400:
                    raise
        return await self._get(targets[-1], scheme, port)

    async def _get(self, target: str, scheme: str, port: int | None) -> bytes:
        address = replace(self.camera.address, port=self.camera.address.port or port)
        self._login = LoginMiddleware(self.camera.login)
        async with self.session.get(
            URL(f"{scheme}://{address}{target}", encoded=True),
            allow_redirects=False,  # a redirect leads to a login page, or to another host altogether
            ssl=False,  # cameras' certificates are self-signed
            middlewares=(self._login, *self.observers),
        ) as response:
            if response.status != 200:
                raise self._refusal(response)
            return await self._body(response)

    def _refusal(self, response: aiohttp.ClientResponse) -> HttpError | LoginRejected:
        if response.status in BUSY_STATUSES:
            return HttpError(
                response.status, "busy", "it is asked again at its next turn; if this goes on, restart the camera"
            )
        if self.login_pending and self.camera.login:
            answered = f"{response.status} after {self._login.answered}"
            return LoginRejected(answered, f"check {self.camera.login.source}")
        if response.status != 401:
            return HttpError(response.status, _phrase(response.status), _hint(response.status))
        offered = " or ".join(map(str, parse(response.headers.getall("WWW-Authenticate", [])))) or "a login"
        prefix = self.camera.prefix
        return LoginRejected(
            f"401, it wants {quoted(offered)} and none is set", f"set {prefix}_USERNAME and {prefix}_PASSWORD"
        )

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        """aiohttp's own `content_type` is not asked: its parser takes a second for an odd header of 8 KB, or fails."""
        if response.headers.get("Content-Type", "").strip().lower().startswith("multipart/"):
            raise NotAnImage("a video stream", "give the path of its stills; a stream of pictures costs too much")
        return await read_body(response, self.body_limit, TooLarge(f"more than {self.body_limit:,} bytes"))


def _phrase(status: int) -> str:
    """Our own words for a status: the camera's reason phrase is untrusted."""
    if 300 <= status < 400:
        return "redirect, not followed"
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else ""


def _hint(status: int) -> str:
    """Empty for the one that is usual: HttpError's own."""
    if 300 <= status < 400:
        return "check its address and port, and whether it wants https"
    if status == 403:
        return "check that its login may see pictures; after wrong logins it may be locked for 30 minutes"
    return "restart the camera if this goes on" if status >= 500 else ""
