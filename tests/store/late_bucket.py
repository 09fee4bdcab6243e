"""An S3 endpoint that may apply a put long after its client has gone, as a store under load does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from aiohttp import web

Mode = Literal["prompt", "silent", "disconnecting"]


class LateBucket:
    """`objects` is what the public sees: the state in the metadata, by name."""

    def __init__(self) -> None:
        self.objects: dict[str, str] = {}
        self.url = ""
        self.mode: Mode = "prompt"  # or: read the put, then give no answer, or close the connection
        self.held = 0  # puts that were read and not yet applied
        self.applied_late: list[str] = []  # their states
        self.apply_held = asyncio.Event()

    async def put(self, request: web.Request) -> web.Response:
        await request.read()
        name, state = request.match_info["name"], request.headers["x-amz-meta-state"]
        if self.mode != "prompt":
            mode, self.held = self.mode, self.held + 1
            if mode == "disconnecting":
                self.mode = "prompt"  # the client's next attempt succeeds
                assert request.transport
                request.transport.close()
            await self.apply_held.wait()
            self.held -= 1
            self.applied_late.append(state)
        self.objects[name] = state
        return web.Response()


@asynccontextmanager
async def late_bucket() -> AsyncIterator[LateBucket]:
    bucket = LateBucket()
    app = web.Application()
    app.router.add_put("/pictures/image/{name}.jpg", bucket.put)
    runner = web.AppRunner(app, handler_cancellation=False, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    bucket.url = f"http://{host}:{port}"
    try:
        yield bucket
    finally:
        bucket.apply_held.set()
        await runner.cleanup()
