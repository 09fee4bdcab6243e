"""The whole fleet: one endless task for each camera, over one HTTP client and one store."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

from cameras import jpeg
from cameras.camera import Camera, Status
from cameras.connection import open_session
from cameras.errors import ConfigError, FleetStopped, NotAnImage
from cameras.logs import summaries
from cameras.stores import open_store
from cameras.thumbnail import thumbnail
from cameras.ticks import every, turns
from cameras.uploads import Uploads
from cameras.watch import Watcher
from config import Config

log = logging.getLogger(__name__)


async def run(config: Config, cameras: list[Camera]) -> None:
    """Keeps every camera's picture fresh until cancelled; FleetStopped when every camera has stopped."""
    fleet = [Status(camera) for camera in cameras]
    async with open_watcher(config) as watcher, asyncio.TaskGroup() as background:
        log.info("watching %d cameras every %g s, pictures to %s", len(fleet), config.interval, watcher.uploads.store)
        ticks = every(config.interval, slot=config.interval)
        summing = background.create_task(summaries(ticks, fleet, watcher.uploads))
        async with asyncio.TaskGroup() as watches:
            for position, status in enumerate(fleet):
                watches.create_task(watcher.watch(status, turns(position, len(fleet), config.interval)))
        summing.cancel()
    raise FleetStopped("every camera has stopped; restart the service to try them again")


@asynccontextmanager
async def open_watcher(config: Config) -> AsyncIterator[Watcher]:
    """A Watcher with all that it needs open. ConfigError if the fallback is not a picture."""
    fallback = _fallback(config)
    async with open_session() as session, open_store(config.store, config.aws_endpoint_url) as store:
        yield Watcher(
            fetch=partial(thumbnail, session=session, timeout=config.timeout),
            uploads=Uploads(store, config.interval, _utc_now),
            fallback=fallback,
            now=_utc_now,
            interval=config.interval,
            max_failures=config.max_failures,
            max_login_failures=config.max_login_failures,
        )


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _fallback(config: Config) -> bytes:
    try:
        return jpeg.whole(config.fallback_image.read_bytes())
    except OSError as error:
        raise ConfigError(f"FALLBACK_IMAGE={config.fallback_image}: {error.strerror}; name a readable JPEG") from error
    except NotAnImage as error:
        raise ConfigError(f"FALLBACK_IMAGE={config.fallback_image}: {error}") from error
