"""One attempt to fetch a picture, by the service's own code, printed step by step."""

import re
import time
from types import SimpleNamespace

import aiohttp
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse, ClientSession

from cameras.camera import Camera
from cameras.commands.login_guard import LoginGuard
from cameras.connection import Client, parse_challenges
from cameras.errors import LoginRejected
from cameras.makes import find_make
from cameras.net import Resolver
from cameras.text import printable
from cameras.thumbnail import thumbnail


async def traced_thumbnail(camera: Camera, timeout: float, resolver: Resolver, guard: LoginGuard) -> bytes:
    """As `thumbnail`, with a single attempt. Prints every request and answer, but no login and no cookie.

    LoginRejected, and no request at all, if `guard` refuses the login.
    """
    await guard.check(camera)
    print(f"make: {camera.make}; login: {camera.login.source if camera.login else 'none'}")
    client = Client(resolver, observers=(_print_exchange,), trace_configs=(_connection_trace(),))
    started = time.monotonic()
    try:
        return await thumbnail(camera, find_make(camera.make).fetch, client, timeout, tries=1)
    except LoginRejected:
        await guard.rejected(camera)
        raise
    finally:
        print(f"time: {time.monotonic() - started:.2f} s of {timeout:g} s")


async def _print_exchange(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """aiohttp client middleware: every request and its answer, as they go over the wire."""
    print(f"{request.method} {request.url}" + _login_scheme(request.headers.get("Authorization", "")))
    started = time.monotonic()
    response = await handler(request)
    print(f"  answer: {response.status} after {time.monotonic() - started:.2f} s")
    for name, value in response.headers.items():
        print(f"  {printable(name)}: {'(hidden)' if name.lower() == 'set-cookie' else printable(value, 200)}")
    for challenge in parse_challenges(response.headers.getall("WWW-Authenticate", [])):
        obstacle = f", which is not supported: {challenge.obstacle}" if challenge.obstacle else ""
        print(f"  it offers: {printable(str(challenge))}{obstacle}")
    return response


def _login_scheme(authorization: str) -> str:
    """` with Digest MD5 login`: scheme and algorithm of the request's login, if any; never the login itself."""
    scheme, _, fields = authorization.partition(" ")
    algorithm = re.search(r"algorithm=\"?([\w-]+)", fields) if scheme == "Digest" else None
    return f" with {scheme}{f' {algorithm[1]}' if algorithm else ''} login" if scheme else ""


def _connection_trace() -> aiohttp.TraceConfig:
    """Prints how long it takes to connect."""
    trace = aiohttp.TraceConfig()

    async def start(_: ClientSession, context: SimpleNamespace, __: aiohttp.TraceConnectionCreateStartParams) -> None:
        context.started = time.monotonic()

    async def end(_: ClientSession, context: SimpleNamespace, __: aiohttp.TraceConnectionCreateEndParams) -> None:
        print(f"  connected after {time.monotonic() - context.started:.2f} s")

    trace.on_connection_create_start.append(start)
    trace.on_connection_create_end.append(end)
    return trace
