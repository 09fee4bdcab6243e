"""What keeps strangers out of a server that listens on an operator's own machine."""

import errno
import ipaddress
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from yarl import URL

from cameras.status_page.clients import send


def guard_for(public_url: str | None) -> Middleware:
    """Refuses a foreign Host, which is how a web page elsewhere reaches a server on this machine (DNS rebinding): such
    a page has a name, so an IP address is always ours. And sends the strict headers with everything."""
    headers = _headers(public_url)

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not _is_ours(request.host):
            text = "This server answers to its IP address and to localhost only.\n"
            return web.Response(status=421, text=text, headers=headers)
        try:
            response = await handler(request)
        except web.HTTPException as error:
            error.headers.update(headers)
            raise
        except OSError as error:
            if error.errno != errno.ENAMETOOLONG:
                raise
            raise web.HTTPNotFound(headers=headers) from error
        response.headers.update(headers)
        await send(request, response)
        return response

    return guard


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


def _is_ours(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or bool(ipaddress.ip_address(name))
    except ValueError:
        return False
