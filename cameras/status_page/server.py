"""The page's routes and handlers. See README.md, "The status page"."""

import asyncio
import errno
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

from aiohttp import web
from aiohttp.http_exceptions import BadHttpMessage
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from cameras.errors import ConfigError, StoreError
from cameras.status_page.clients import KEEPALIVE_TIMEOUT, RenderBudget, protocol_factory
from cameras.status_page.guard import guard_for
from cameras.status_page.view import Filter, PageModel, build_map, group_by_state
from cameras.store.folder import FolderStore
from cameras.values import Listen
from cameras.watch.fleet import Fleet
from config import Config

HERE = Path(__file__).parent

MALFORMED_REQUEST = (BadHttpMessage, web.RequestPayloadError)

log = logging.getLogger(__name__)
web_log = logging.getLogger(f"{__name__}.web")
web_log.addFilter(  # whoever sends nonsense gets a 400, and no traceback into our log
    lambda record: not (record.exc_info and isinstance(record.exc_info[1], MALFORMED_REQUEST))
)


@asynccontextmanager
async def open_page(config: Config, fleet: Fleet, registry: CollectorRegistry) -> AsyncIterator[None]:
    """Serves the page while the context is open, unless STATUS_ADDRESS is blank; ConfigError if it cannot listen."""
    if config.status_address is None:
        yield
        return
    runner = web.AppRunner(
        _application(config, fleet, registry),
        access_log=None,
        logger=web_log,
        shutdown_timeout=1,
        keepalive_timeout=KEEPALIVE_TIMEOUT,
        handler_cancellation=True,  # a client that has left waits for no turn
    )
    await runner.setup()
    try:
        with closing(await _listen(protocol_factory(runner), config.status_address)) as listening:
            log.info("status page: http://%s/", Listen(*listening.sockets[0].getsockname()[:2]))
            yield
    finally:
        await runner.cleanup()


async def _listen(factory: Callable[[], asyncio.Protocol], address: Listen) -> asyncio.Server:
    try:
        return await asyncio.get_running_loop().create_server(factory, address.host, address.port)
    except OSError as error:
        reason = "the port is taken" if error.errno == errno.EADDRINUSE else error.strerror
        raise ConfigError(f"STATUS_ADDRESS={address}: {reason}; name another address, or leave it blank") from error


def _application(config: Config, fleet: Fleet, registry: CollectorRegistry) -> web.Application:
    store = fleet.uploads.store
    folder = store if isinstance(store, FolderStore) and not config.public_url else None
    model = PageModel(fleet, config.public_url or ("" if folder else None), config.status_show_addresses)
    page = Page(model, registry, folder)
    app = web.Application(middlewares=[guard_for(config.public_url)])
    app.router.add_static("/static", HERE / "static")
    app.router.add_get("/", page.wall)
    app.router.add_get("/camera/{id}", page.camera)
    app.router.add_get("/image/{id}.jpg", page.image)
    app.router.add_get("/status.json", page.status)
    app.router.add_get("/metrics", page.metrics)
    app.router.add_get("/healthz", page.health)
    return app


class Page:
    """The handlers. `folder` holds the pictures, where they are not to be had elsewhere."""

    def __init__(self, model: PageModel, registry: CollectorRegistry, folder: FolderStore | None) -> None:
        self.model = model
        self.registry = registry
        self.folder = folder
        self.pace = RenderBudget()
        self.by_id = {status.camera.id: status for status in model.fleet.statuses}
        self.templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.templates.filters.update(ago=model.ago, ahead=model.ahead)

    def _html(self, template: str, **values: object) -> web.Response:
        every = min(30.0, max(5.0, self.model.fleet.interval / 10))  # seconds between two looks of a browser
        text = self.templates.get_template(template).render(values, every=every)
        headers = {"Cache-Control": "no-store"}
        response = web.Response(text=text, content_type="text/html", headers=headers, zlib_executor_size=1024)
        response.enable_compression()
        return response

    async def wall(self, request: web.Request) -> web.Response:
        query = request.query
        chosen = Filter(query.get("state", ""), query.get("make", ""), query.get("error", ""), query.get("q", ""))
        async with self.pace.turn():
            whole = self.model.status_json(outcomes=False)
            shown = [camera for camera in whole["cameras"] if chosen.matches(camera)]
            makes = sorted({camera["make"] for camera in whole["cameras"]})
            return self._html(
                "wall.html",
                fleet=whole,
                groups=group_by_state(shown),
                map=build_map(shown),
                makes=makes,
                filter=chosen,
                shown=len(shown),
            )

    async def camera(self, request: web.Request) -> web.Response:
        if not (status := self.by_id.get(request.match_info["id"])):
            raise web.HTTPNotFound(text="There is no such camera on the list.\n")
        return self._html("camera.html", camera=self.model.camera(status), fleet=self.model.fleet)

    async def image(self, request: web.Request) -> web.Response:
        """The folder's file, with the headers that a bucket would send."""
        status = self.by_id.get(request.match_info["id"])
        if not (self.folder and status):
            raise web.HTTPNotFound
        try:
            found = await self.folder.read(status.camera.picture)
        except StoreError as error:
            raise web.HTTPServiceUnavailable(text=f"{error}\n") from None
        if not found:
            raise web.HTTPNotFound
        image, put = found
        until = put + timedelta(seconds=self.model.fleet.interval)
        headers = {"Expires": format_datetime(until, usegmt=True), "Last-Modified": format_datetime(put, usegmt=True)}
        return web.Response(body=image, content_type="image/jpeg", headers=headers)

    async def status(self, _: web.Request) -> web.Response:
        async with self.pace.turn():
            return web.json_response(self.model.status_json(), headers={"Cache-Control": "no-store"})

    async def metrics(self, _: web.Request) -> web.Response:
        async with self.pace.turn():
            return web.Response(body=generate_latest(self.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def health(self, _: web.Request) -> web.Response:
        problems = self.model.fleet.problems()
        return web.json_response({"healthy": not problems, "problems": problems}, status=503 if problems else 200)
