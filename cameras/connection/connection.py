"""One bounded, authenticated HTTP GET to one camera: what a make's fetcher is given."""

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Self

import aiohttp
from yarl import URL

from cameras.camera import Camera
from cameras.connection.client import Client, RefuseRepetition
from cameras.connection.login import Authentication
from cameras.connection.refusal import BUSY_STATUSES, closed_hint, refusal
from cameras.errors import HttpError, NotAnImage, TooLarge
from cameras.net import read_body

BODY_LIMIT = 10_000_000  # bytes; traffic stills are 20 KB to 1 MB
REFUSAL_LIMIT = 10_000  # bytes of a 401's body that are read to keep its connection
REFUSAL_TIMEOUT = 1.0  # seconds for that; a body usually arrives with its head


class Connection:
    """GETs to one camera, one at a time, within `async with`, which may be entered again.

    The requests between entry and exit share a connection as long as the camera keeps it open, because some cameras
    accept a login only on the connection that asked for it.
    """

    def __init__(self, camera: Camera, client: Client, body_limit: int = BODY_LIMIT) -> None:
        self.camera = camera
        self.client = client
        self.body_limit = body_limit
        self.kept_failed = False  # the last request was sent on a kept connection, and that failed before the answer
        self._used = False  # a request was sent since the entry
        self._authentication = Authentication(camera, client.false_stale)

    async def __aenter__(self) -> Self:
        self._used = self.kept_failed = False
        self._session = self.client.open_session(self.client.keeps_connections.get(self.camera, True), _TRACE)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()
        await _closed_sockets()
        if self.kept_failed:
            self._remember_failure()

    def _remember_failure(self) -> None:
        """From the next entry on, each request gets a connection of its own, in later fetches as well.

        If kept connections of this camera have worked before, only after a second failure: the first was an accident.
        """
        worked_before = self.client.keeps_connections.pop(self.camera, False)
        if not worked_before:
            self.client.keeps_connections[self.camera] = False

    @property
    def path(self) -> str:
        """The target that CAMERA_ADDRESSES gives for this camera; `/` if it gives none."""
        return self.camera.path or "/"

    @property
    def login_pending(self) -> bool:
        """A login was sent and not accepted: another attempt could be a second failed login."""
        return self._authentication.pending

    async def get(self, target: str, *fallbacks: str, scheme: str = "http", port: int | None = None) -> bytes:
        """The body of `target`, or, if the camera refuses it with a 4xx or 5xx, of the first fallback that it accepts.

        A target is a path with its query, sent exactly as written: `/snap.jpg?width=640`. `scheme` and `port` (None:
        the scheme's default) are the make's usual ones; those in the camera's address override them.

        Raises HttpError if the camera refuses every target, is busy (429, 503) or redirects; LoginRejected; NotAnImage
        for a video stream; TooLarge; Unreachable if its address is outside the client's networks; and what aiohttp
        raises. Fallbacks are not asked for after any of these but a refusal.
        """
        self.client.resolver.check_literal(self.camera.address.host)
        url = self.camera.address.origin(scheme, port)
        try:
            return await self._get(URL(url + target, encoded=True))
        except HttpError as error:
            if not fallbacks or error.status in BUSY_STATUSES or error.status < 400:
                raise
        return await self.get(*fallbacks, scheme=scheme, port=port)

    async def _get(self, url: URL) -> bytes:
        """First without a login; then, while the camera asks for one and may be sent one, with it."""
        headers: dict[str, str] = {}
        logins_sent = 0
        while True:
            async with await self._send(url, headers) as response:
                login = self._authentication.next_login(response, logins_sent)
                if not login:
                    return await self._body(response)
                await _discard_body(response)
            headers = {"Authorization": login}
            logins_sent += 1

    async def _send(self, url: URL, headers: dict[str, str]) -> aiohttp.ClientResponse:
        if self._used:
            await _closed_sockets()  # of the last request, before another connection is opened
        self._used, self.kept_failed = True, False
        try:
            response = await self._session.get(
                url,
                headers=headers,
                allow_redirects=False,  # a redirect leads to a login page, or to another host
                ssl=False,  # cameras' certificates are self-signed
                middlewares=(RefuseRepetition(closed_hint(url)), *self.client.observers),
                trace_request_ctx=self,
            )
        except asyncio.CancelledError:  # the deadline; where kept connections have worked before, the camera is slow
            self.kept_failed &= not self.client.keeps_connections.get(self.camera, False)
            raise
        if self.kept_failed:
            self.client.keeps_connections.setdefault(self.camera, True)
            self.kept_failed = False
        return response

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        """aiohttp's own `content_type` is not used: its parser takes a second for an odd header of 8 KB, or fails."""
        if response.status != 200:
            pending = self._authentication.answered if self.login_pending else None
            raise refusal(response, self.camera, pending)
        if response.headers.get("Content-Type", "").strip().lower().startswith("multipart/"):
            raise NotAnImage("a video stream", "give the path of its stills; a stream of pictures costs too much")
        return await read_body(response, self.body_limit, TooLarge(f"more than {self.body_limit:,} bytes"))


Fetch = Callable[[Connection], Awaitable[bytes]]  # what each make defines


async def _discard_body(response: aiohttp.ClientResponse) -> None:
    """Reads the body of a 401, so that its connection can be kept; closes the connection if that takes too long."""
    try:
        async with asyncio.timeout(REFUSAL_TIMEOUT):
            await read_body(response, REFUSAL_LIMIT, TooLarge("the body of a 401"))
    except (TooLarge, TimeoutError, aiohttp.ClientError):
        response.close()


async def _closed_sockets() -> None:
    """Waits until sockets are closed: asyncio does that one cycle of its loop after a transport's `close`."""
    await asyncio.sleep(0)


async def _note_kept_connection(
    _: aiohttp.ClientSession, context: SimpleNamespace, __: aiohttp.TraceConnectionReuseconnParams
) -> None:
    """Until there is an answer, it counts as failed."""
    context.trace_request_ctx.kept_failed = True


_TRACE = aiohttp.TraceConfig()
_TRACE.on_connection_reuseconn.append(_note_kept_connection)
