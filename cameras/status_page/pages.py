"""The page's routes and what they answer."""

from collections.abc import Awaitable, Callable, Collection
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from prometheus_client import CollectorRegistry
from prometheus_client.aiohttp import make_aiohttp_handler

from cameras import __version__
from cameras.errors import StoreError
from cameras.status_page.clients import Limits, RenderBudget, answer_deadline
from cameras.status_page.map import build_map
from cameras.status_page.security import security_middleware
from cameras.status_page.view import Filter, PageModel, group_by_state
from cameras.store import FolderStore
from cameras.watch import Fleet, status_json

HERE = Path(__file__).parent
NO_STORE = {"Cache-Control": "no-store"}
COMPRESS_IN_THREAD = 1024  # bytes; larger pages would block the event loop


def application(
    fleet: Fleet,
    registry: CollectorRegistry,
    public_url: str | None,
    show_addresses: bool,
    hosts: Collection[str],
    limits: Limits,
) -> web.Application:
    """All routes; docs/operations.md describes the page."""
    store = fleet.uploads.store
    folder = store if isinstance(store, FolderStore) and not public_url else None
    model = PageModel(fleet, public_url or ("" if folder else None), show_addresses)
    page = StatusPage(model, folder, RenderBudget(limits.loop_share))
    app = web.Application(
        middlewares=[answer_deadline(limits.answer_deadline), *security_middleware(public_url, hosts)]
    )
    app.router.add_static("/static", HERE / "static")
    app.router.add_get("/", page.wall)
    app.router.add_get("/camera/{id}", page.camera)
    app.router.add_get("/image/{id}.jpg", page.image)
    app.router.add_get("/status.json", page.status)
    app.router.add_get("/metrics", page.within_budget(make_aiohttp_handler(registry)))
    app.router.add_get("/livez", page.live)
    app.router.add_get("/healthz", page.health)
    return app


class StatusPage:
    """Answers requests. What grows with the fleet is rendered within the budget."""

    def __init__(self, model: PageModel, folder: FolderStore | None, budget: RenderBudget) -> None:
        self.model = model
        self.folder = folder  # the pictures, if they are not public elsewhere
        self.budget = budget
        self.templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.templates.filters.update(ago=model.ago, ahead=model.ahead, elapsed=model.elapsed)

    def within_budget(
        self, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def budgeted(request: web.Request) -> web.StreamResponse:
            async with self.budget.rendering():
                return await handler(request)

        return budgeted

    async def wall(self, request: web.Request) -> web.Response:
        query = request.query
        filter = Filter(query.get("state", ""), query.get("make", ""), query.get("error", ""), query.get("q", ""))
        async with self.budget.rendering():
            statuses = self.model.fleet.statuses
            shown = [status for status in statuses if filter.matches(status)]
            return self._html(
                "wall.html",
                filter=filter,
                groups=group_by_state(shown),
                map=build_map(shown),
                shown=len(shown),
                makes=sorted({status.camera.make for status in statuses}),
            )

    async def camera(self, request: web.Request) -> web.Response:
        status = self.model.fleet.by_id.get(request.match_info["id"])
        if not status:
            raise web.HTTPNotFound(text="There is no such camera on the list.\n")
        return self._html("camera.html", status=status)

    def _html(self, template: str, **values: object) -> web.Response:
        refresh = min(30.0, max(5.0, self.model.fleet.interval / 10))  # seconds until the browser asks again
        text = self.templates.get_template(template).render(
            values, model=self.model, fleet=self.model.fleet, refresh=refresh, version=__version__
        )
        response = web.Response(
            text=text, content_type="text/html", headers=NO_STORE, zlib_executor_size=COMPRESS_IN_THREAD
        )
        response.enable_compression()
        return response

    async def image(self, request: web.Request) -> web.Response:
        """The folder's file, with the headers that a bucket would send."""
        status = self.model.fleet.by_id.get(request.match_info["id"])
        if not (self.folder and status):
            raise web.HTTPNotFound
        try:
            file = await self.folder.read(status.camera.picture)
        except StoreError as error:
            raise web.HTTPServiceUnavailable(text=f"{error}\n") from None
        if not file:
            raise web.HTTPNotFound
        image, put = file
        expires = put + timedelta(seconds=self.model.fleet.interval)
        headers = {"Expires": format_datetime(expires, usegmt=True), "Last-Modified": format_datetime(put, usegmt=True)}
        return web.Response(body=image, content_type="image/jpeg", headers=headers)

    async def status(self, _: web.Request) -> web.Response:
        async with self.budget.rendering():
            model = self.model
            picture_url = model.image if model.pictures is not None else None
            return web.json_response(status_json(model.fleet, picture_url, model.show_addresses), headers=NO_STORE)

    async def live(self, _: web.Request) -> web.Response:
        stalled = self.model.fleet.stalled()
        problems = [stalled] if stalled else []
        return web.json_response({"live": not problems, "problems": problems}, status=503 if problems else 200)

    async def health(self, _: web.Request) -> web.Response:
        problems = self.model.fleet.problems()
        return web.json_response({"healthy": not problems, "problems": problems}, status=503 if problems else 200)
