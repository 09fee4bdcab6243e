"""The service's end of the control socket."""

import json
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path

from aiohttp import web

from cameras.control.endpoint import SOCKET, socket_path
from cameras.control.service import ControlledService
from cameras.errors import ConfigError
from cameras.text import printable

MODE = 0o660  # the service's user and group
MAX_REQUEST = 1_000_000  # bytes; `revive` names the ids of a whole fleet


@asynccontextmanager
async def open_control(folder: Path, service: ControlledService) -> AsyncIterator[None]:
    """Answers commands while the context is open; ConfigError if it cannot listen in `folder`.

    An existing socket is replaced: the lock on the state folder has made sure that its owner is gone.
    """
    listening = _listening_socket(folder)
    runner = web.AppRunner(_application(service), access_log=None, shutdown_timeout=1, handler_cancellation=True)
    try:
        await runner.setup()
        await web.SockSite(runner, listening).start()
        yield
    finally:
        await runner.cleanup()
        with suppress(OSError):
            (folder / SOCKET).unlink()


def _listening_socket(folder: Path) -> socket.socket:
    """Its mode is set before it listens, so that nobody else can connect in between."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        (folder / SOCKET).unlink(missing_ok=True)
        with socket_path(folder) as path:
            listening.bind(path)
            os.chmod(path, MODE)  # noqa: PTH101
        listening.setblocking(False)
    except OSError as error:
        listening.close()
        raise ConfigError(f"{folder / SOCKET}: {error.strerror}; make the folder writable for the service") from error
    return listening


def _application(service: ControlledService) -> web.Application:
    handlers = _Handlers(service)
    app = web.Application(client_max_size=MAX_REQUEST)
    app.router.add_get("/status", handlers.status)
    app.router.add_get("/livez", handlers.live)
    app.router.add_get("/healthz", handlers.health)
    app.router.add_post("/reload", handlers.reload)
    app.router.add_post("/revive", handlers.revive)
    app.router.add_post("/rejection", handlers.rejection)
    return app


class _Handlers:
    """A request's JSON comes from our own client, and from nobody who could not stop the service as well."""

    def __init__(self, service: ControlledService) -> None:
        self.service = service

    async def status(self, _: web.Request) -> web.Response:
        return web.json_response(self.service.status())

    async def live(self, _: web.Request) -> web.Response:
        return web.json_response({"problems": self.service.problems(strict=False)})

    async def health(self, _: web.Request) -> web.Response:
        return web.json_response({"problems": self.service.problems(strict=True)})

    async def reload(self, request: web.Request) -> web.Response:
        asked = await request.json()
        return web.json_response(await self.service.reload(asked["accept_shrunken"], _caller(request)))

    async def revive(self, request: web.Request) -> web.StreamResponse:
        """JSON Lines, one for each camera, as soon as its result is there."""
        asked = await request.json()
        response = web.StreamResponse()
        try:
            async for revived in self.service.revive(asked["ids"], _caller(request)):
                if not response.prepared:
                    await response.prepare(request)
                await response.write(json.dumps(revived).encode() + b"\n")
        except ConfigError as error:
            return web.json_response({"error": str(error)}, status=400)
        if not response.prepared:
            await response.prepare(request)
        await response.write_eof()
        return response

    async def rejection(self, request: web.Request) -> web.Response:
        asked = await request.json()
        await self.service.add_rejection(asked["id"], asked["login"], datetime.fromisoformat(asked["at"]))
        return web.json_response({})


def _caller(request: web.Request) -> str:
    """As the caller says: whoever may connect may do everything."""
    return printable(request.headers.get("X-Caller", "an unknown caller"))
