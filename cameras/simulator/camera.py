"""One simulated camera: a server on a loopback port that the system chose."""

import asyncio
import ssl
import time
from collections.abc import MutableSequence
from datetime import datetime
from functools import cache
from http.client import responses
from pathlib import Path
from typing import Self, cast
from urllib.parse import parse_qsl, urlsplit

from cameras.camera import Address, Camera, Login
from cameras.errors import NotAnImage
from cameras.simulator import scene
from cameras.simulator.faults import FAULTS, Fault
from cameras.simulator.login import LoginCheck
from cameras.simulator.request import Request, read_request
from cameras.simulator.vendor_apis import ANY, APIS, MAC, RefusedSizeError, Size

CERTIFICATE = Path(__file__).with_name("camera.pem")  # self-signed, as cameras' certificates are
MAX_TLS_RECORD = 65536  # bytes; a client's TLS hello is one record at most


class SimulatedCamera:
    """Answers while its `async with` block runs. `fault` and `still` may be changed at any time."""

    def __init__(self, make: str, id: str = "1", place: str = "", fault: str = "", still: bytes = b"") -> None:
        self.make, self.id, self.place = make, id, place
        self.fault = fault  # a name in FAULTS; empty: none
        self.still = still  # sent instead of drawn pictures, unless empty
        self.port = 0  # known once it runs
        self.announces_close = False  # sends Connection: close
        self.api = APIS.get(make, ANY)
        self.login_check = LoginCheck(
            f"viewer-{id}", f"secret-{id}", self.api.offers or ("Digest MD5",), self.api.joined
        )
        self.requests: MutableSequence[Request] = []  # so far
        self.connections = 0  # so far
        self._answering: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._answering:
            task.cancel()
        await asyncio.gather(*self._answering, return_exceptions=True)

    @property
    def entry(self) -> Camera:
        """What the camera list says about it."""
        login = None
        if self.api.offers:
            login = Login(self.login_check.username, self.login_check.password, f"{self.make} login")
        return Camera(self.id, self.make, Address("127.0.0.1", self.port), login, place=self.place)

    def picture(self, size: Size = scene.SIZE) -> bytes:
        """A JPEG of the present moment."""
        if self.still:
            return self.still
        now = time.time()
        clock = datetime.fromtimestamp(now).strftime("%Y-%m-%d %H:%M:%S")
        return scene.draw(f"{self.id}  {self.place}", self.id, now, clock, size)

    def answer(self, stream: asyncio.StreamWriter, status: int, body: bytes, content_type: str = "text/html") -> None:
        """Send a response."""
        self._send(stream, status, [("Content-Type", content_type)], body)

    def deny(self, stream: asyncio.StreamWriter) -> None:
        """Send a 401 with a challenge for each of `login_check.offers`."""
        self._send(stream, 401, [("WWW-Authenticate", value) for value in self.login_check.challenges(stream)], b"")

    def healthy(self, request: Request, stream: asyncio.StreamWriter) -> None:
        """Answer without a fault, as strictly as the make's API."""
        url = urlsplit(request.target)
        query = dict(parse_qsl(url.query))
        login = request.headers.get("authorization")
        if self.api.offers and not self.login_check.accepts(login, request.method, request.target, stream):
            self.deny(stream)
        elif self._is_list(request):
            self.answer(stream, 200, f'["{MAC}"]'.encode(), "application/json")
        elif self.api.path not in ("", url.path) or not self.api.required.items() <= query.items():
            self.answer(stream, 404, b"<html>not found</html>")
        else:
            self._send_picture(query, stream)

    def _is_list(self, request: Request) -> bool:
        """GRIDSMART is asked for a list of cameras before the picture."""
        return self.api.tls and request.target == "/api/cameras"

    def _send_picture(self, query: dict[str, str], stream: asyncio.StreamWriter) -> None:
        try:
            picture = self.picture(self.api.size(query))
        except RefusedSizeError:
            self.answer(stream, 400, b"bad size")
        else:
            self.answer(stream, 200, picture, "image/jpeg")

    async def _serve(self, reader: asyncio.StreamReader, stream: asyncio.StreamWriter) -> None:
        task = cast(asyncio.Task[None], asyncio.current_task())
        self._answering.add(task)
        self.connections += 1
        try:
            await self._respond(FAULTS.get(self.fault), reader, stream)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client disconnected, or the camera is being closed
        finally:
            stream.close()
            self._answering.discard(task)

    async def _respond(self, fault: Fault | None, reader: asyncio.StreamReader, stream: asyncio.StreamWriter) -> None:
        if fault and fault.tls:
            await reader.read(MAX_TLS_RECORD)
            await fault.respond(self, Request("", "", {}), stream)
            return
        if self.api.tls:
            await stream.start_tls(_tls())
        earlier = 0
        while not stream.is_closing():
            request = await read_request(reader, earlier)
            self.requests.append(request)
            # A fault of GRIDSMART's pictures does not concern its list.
            if fault and not (self._is_list(request) and fault.error in (None, NotAnImage)):
                await fault.respond(self, request, stream)
            else:
                self.healthy(request, stream)
            await stream.drain()
            earlier += 1

    def _send(self, stream: asyncio.StreamWriter, status: int, fields: list[tuple[str, str]], body: bytes) -> None:
        fields = [*fields, ("Content-Length", str(len(body)))]
        if self.announces_close:
            fields.append(("Connection", "close"))
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        stream.write(f"HTTP/1.1 {status} {responses[status]}\r\n{head}\r\n".encode() + body)


@cache
def _tls() -> ssl.SSLContext:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(CERTIFICATE)
    return tls
