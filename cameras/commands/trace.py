"""One try to get a picture, told step by step as it goes over the wire. It is the daemon's own code, watched."""

import re
import time
from types import SimpleNamespace

import aiohttp
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse, ClientSession

from cameras.camera import Camera
from cameras.connection import open_session, parse_challenges
from cameras.makes import find_make
from cameras.text import printable
from cameras.thumbnail import thumbnail
from config import Config


async def traced_thumbnail(config: Config, camera: Camera) -> bytes:
    """As `thumbnail`, with a single try."""
    print(f"make: {camera.make}; login: {camera.login.source if camera.login else 'none'}")
    begun = time.monotonic()
    async with open_session(trace_configs=[_connection_trace()]) as session:
        try:
            fetch, observers = find_make(camera.make).fetch, (_print_exchange,)
            return await thumbnail(camera, fetch, session, config.timeout, tries=1, observers=observers)
        finally:
            print(f"time: {time.monotonic() - begun:.2f} s of {config.timeout:g} s")


async def _print_exchange(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """aiohttp client middleware: every request and its answer, as they go over the wire."""
    print(f"{request.method} {request.url}" + _login_scheme(request.headers.get("Authorization", "")))
    begun = time.monotonic()
    response = await handler(request)
    print(f"  answer: {response.status} after {time.monotonic() - begun:.2f} s")
    for name, value in response.headers.items():
        print(f"  {printable(name)}: {'(hidden)' if name.lower() == 'set-cookie' else printable(value, 200)}")
    for challenge in parse_challenges(response.headers.getall("WWW-Authenticate", [])):
        obstacle = f", which cannot be answered: {challenge.obstacle}" if challenge.obstacle else ""
        print(f"  it offers: {printable(str(challenge))}{obstacle}")
    return response


def _login_scheme(authorization: str) -> str:
    """The scheme and algorithm of the login that goes along, if any; never the login."""
    scheme, _, rest = authorization.partition(" ")
    algorithm = re.search(r"algorithm=\"?([\w-]+)", rest) if scheme == "Digest" else None
    return f" with {scheme}{f' {algorithm[1]}' if algorithm else ''} login" if scheme else ""


def _connection_trace() -> aiohttp.TraceConfig:
    trace = aiohttp.TraceConfig()

    async def begin(_: ClientSession, context: SimpleNamespace, __: aiohttp.TraceConnectionCreateStartParams) -> None:
        context.begun = time.monotonic()

    async def end(_: ClientSession, context: SimpleNamespace, __: aiohttp.TraceConnectionCreateEndParams) -> None:
        print(f"  connected after {time.monotonic() - context.begun:.2f} s")

    trace.on_connection_create_start.append(begin)
    trace.on_connection_create_end.append(end)
    return trace
