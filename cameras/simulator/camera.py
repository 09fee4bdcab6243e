"""One pretend camera: a server on a loopback port that the system chose."""

import asyncio
import ssl
import time
from collections.abc import MutableSequence
from datetime import datetime
from functools import cache
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Self, cast
from urllib.parse import parse_qsl, urlsplit

from cameras.camera import Address, Camera, Login
from cameras.errors import NotAnImage
from cameras.simulator import scene
from cameras.simulator.faults import FAULTS, Fault
from cameras.simulator.login import LoginCheck
from cameras.simulator.request import Request, read_request
from cameras.simulator.vendor_apis import ANY, APIS, MAC, RefusedSizeError, Size

CERTIFICATE = Path(__file__).with_name("camera.pem")  # vouches for nothing: cameras sign their own
MAX_TLS_RECORD = 65536  # bytes; a client's TLS hello is one record at most


class SimulatedCamera:
    """Use in `async with`. `fault` names one of FAULTS, or is blank; it may be changed at any time. `asked` are the
    requests so far; `still`, when set, is given instead of drawn pictures."""

    def __init__(self, make: str, id: str = "1", place: str = "", fault: str = "", still: bytes = b"") -> None:
        self.make, self.id, self.place = make, id, place
        self.fault = fault
        self.still = still
        self.api = APIS.get(make, ANY)
        self.login_check = LoginCheck(
            f"viewer-{id}", f"secret-{id}", self.api.offers or ("Digest MD5",), self.api.joined
        )
        self.requests: MutableSequence[Request] = []
        self._answering: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._answering:
            task.cancel()
        await asyncio.gather(*self._answering, return_exceptions=True)

    @property
    def camera(self) -> Camera:
        """What the camera list would say of it."""
        login = (
            Login(self.login_check.username, self.login_check.password, f"{self.make} login")
            if self.api.offers
            else None
        )
        return Camera(self.id, self.make, Address("127.0.0.1", self.port), login, place=self.place)

    def picture(self, size: Size = scene.SIZE) -> bytes:
        if self.still:
            return self.still
        now = time.time()
        clock = datetime.fromtimestamp(now).strftime("%Y-%m-%d %H:%M:%S")
        return scene.draw(f"{self.id}  {self.place}", self.id, now, clock, size)

    def answer(
        self, stream: asyncio.StreamWriter, status: int, body: bytes, headers: dict[str, str] | None = None
    ) -> None:
        fields = {
            "Content-Type": "text/html",
            "Content-Length": str(len(body)),
            "Connection": "close",
            **(headers or {}),
        }
        self._send(stream, status, list(fields.items()), body)

    def deny(self, stream: asyncio.StreamWriter) -> None:
        """401, with a challenge for each of the gate's offers."""
        fields = [("WWW-Authenticate", value) for value in self.login_check.challenges()]
        self._send(stream, 401, [*fields, ("Content-Length", "0"), ("Connection", "close")], b"")

    def _send(self, stream: asyncio.StreamWriter, status: int, fields: list[tuple[str, str]], body: bytes) -> None:
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        stream.write(f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{head}\r\n".encode() + body)

    async def _serve(self, reader: asyncio.StreamReader, stream: asyncio.StreamWriter) -> None:
        task = cast(asyncio.Task[None], asyncio.current_task())
        self._answering.add(task)
        try:
            await self._answer(FAULTS.get(self.fault), reader, stream)
            await stream.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client left, or the camera is taken down
        finally:
            stream.close()
            self._answering.discard(task)

    async def _answer(self, fault: Fault | None, reader: asyncio.StreamReader, stream: asyncio.StreamWriter) -> None:
        if fault and fault.tls:
            await reader.read(MAX_TLS_RECORD)
            await fault.act(self, Request("", "", {}), stream)
            return
        if self.api.tls:
            await stream.start_tls(_tls())
        request = await read_request(reader)
        self.requests.append(request)
        if fault and not (self._is_list(request) and fault.error in (None, NotAnImage)):
            await fault.act(self, request, stream)
        else:
            self.healthy(request, stream)

    def healthy(self, request: Request, stream: asyncio.StreamWriter) -> None:
        url = urlsplit(request.target)
        query = dict(parse_qsl(url.query))
        if self.api.offers and not self.login_check.accepts(
            request.headers.get("authorization"), request.method, request.target
        ):
            self.deny(stream)
        elif self._is_list(request):
            self.answer(stream, 200, f'["{MAC}"]'.encode(), {"Content-Type": "application/json"})
        elif self.api.path not in ("", url.path) or not self.api.required.items() <= query.items():
            self.answer(stream, 404, b"<html>not found</html>")
        else:
            self._give_picture(query, stream)

    def _is_list(self, request: Request) -> bool:
        """GRIDSMART is asked for a list before the picture; what is odd about its pictures is right about the list."""
        return self.api.tls and request.target == "/api/cameras"

    def _give_picture(self, query: dict[str, str], stream: asyncio.StreamWriter) -> None:
        try:
            picture = self.picture(self.api.size(query))
        except RefusedSizeError:
            self.answer(stream, 400, b"bad size")
        else:
            self.answer(stream, 200, picture, {"Content-Type": "image/jpeg"})


@cache
def _tls() -> ssl.SSLContext:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(CERTIFICATE)
    return tls
