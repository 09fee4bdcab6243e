"""Protects a server on an operator's own machine from web pages elsewhere."""

import errno
import ipaddress
from collections.abc import Collection
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from yarl import URL


def security_middleware(public_url: str | None, hosts: Collection[str] = ()) -> list[Middleware]:
    """In order. Pictures may also come from `public_url`; requests for the names in `hosts` are answered, too."""
    return [security_headers(public_url), own_host(hosts), missing_file]


def security_headers(public_url: str | None) -> Middleware:
    """Adds strict headers to every answer, errors included."""
    headers = _headers(public_url)

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            response = await handler(request)
        except web.HTTPException as error:
            error.headers.update(headers)
            raise
        response.headers.update(headers)
        return response

    return middleware


def own_host(hosts: Collection[str]) -> Middleware:
    """Refuses requests for a host name other than localhost and `hosts`.

    This is DNS rebinding: a web page elsewhere lets its own name resolve to this machine. Such a page has a name, so
    an IP address is always ours.
    """

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not _is_own_host(request.host, hosts):
            raise web.HTTPMisdirectedRequest(
                text="This server answers to its IP address, to localhost, and to the names in STATUS_HOSTS.\n"
            )
        return await handler(request)

    return middleware


@web.middleware
async def missing_file(request: web.Request, handler: Handler) -> web.StreamResponse:
    """aiohttp's static route turns the OSError of a file name that is too long into a 500; this makes it a 404."""
    try:
        return await handler(request)
    except OSError as error:
        if error.errno != errno.ENAMETOOLONG:
            raise
        raise web.HTTPNotFound from error


def _headers(public_url: str | None) -> dict[str, str]:
    pictures = " ".join(["'self'", *([str(URL(public_url).origin())] if public_url else [])])
    return {
        "Content-Security-Policy": f"default-src 'none'; img-src {pictures} data:; style-src 'self'; "
        "script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def _is_own_host(host: str, hosts: Collection[str]) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or name in hosts or bool(ipaddress.ip_address(name))
    except ValueError:
        return False
