"""Listens, and serves the page's routes."""

import asyncio
import errno
import logging
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, closing

from aiohttp import web
from aiohttp.http_exceptions import BadHttpMessage
from prometheus_client import CollectorRegistry

from cameras.errors import ConfigError
from cameras.status_page.clients import Limits, protocol_factory
from cameras.values import Listen
from cameras.watch import Fleet

DEFAULT_LIMITS = Limits()
MALFORMED_REQUEST = (BadHttpMessage, web.RequestPayloadError)

log = logging.getLogger(__name__)
web_log = logging.getLogger(f"{__name__}.web")


@asynccontextmanager
async def open_page(
    fleet: Fleet,
    registry: CollectorRegistry,
    listen: Listen | None,
    *,
    public_url: str | None = None,
    show_addresses: bool = False,
    hosts: Collection[str] = (),
    limits: Limits = DEFAULT_LIMITS,
) -> AsyncIterator[Listen | None]:
    """Serves the page while the context is open; yields its address, whose port is the bound one.

    `listen` None: no page. `public_url`: where the URLs of pictures begin. `hosts`: names of this server. ConfigError
    if it cannot listen.
    """
    if listen is None:
        yield None
        return
    from cameras.status_page.pages import application  # jinja2 is needed only here

    app = application(fleet, registry, public_url, show_addresses, hosts, limits)
    async with _running(app, limits) as runner:
        factory = protocol_factory(runner, limits.max_connections)
        with closing(await _listen(factory, listen)) as server:
            address = Listen(*server.sockets[0].getsockname()[:2])
            log.info("status page: http://%s/", address)
            yield address


@asynccontextmanager
async def _running(app: web.Application, limits: Limits) -> AsyncIterator[web.AppRunner]:
    web_log.addFilter(_is_not_malformed_request)
    runner = web.AppRunner(
        app,
        access_log=None,
        logger=web_log,
        shutdown_timeout=1,
        keepalive_timeout=limits.keepalive_timeout,
        handler_cancellation=True,  # a client that disconnects must not keep its place in the render queue
    )
    await runner.setup()
    try:
        yield runner
    finally:
        await runner.cleanup()


async def _listen(factory: Callable[[], asyncio.Protocol], address: Listen) -> asyncio.Server:
    try:
        return await asyncio.get_running_loop().create_server(factory, address.host, address.port)
    except OSError as error:
        reason = "the port is taken" if error.errno == errno.EADDRINUSE else error.strerror
        raise ConfigError(f"STATUS_ADDRESS={address}: {reason}; name another address, or leave it empty") from error


def _is_not_malformed_request(record: logging.LogRecord) -> bool:
    """A malformed request gets a 400; aiohttp would also log it with a traceback."""
    return not (record.exc_info and isinstance(record.exc_info[1], MALFORMED_REQUEST))
