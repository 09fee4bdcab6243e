"""The whole fleet: one endless task for each camera, over one HTTP client and one store."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

from cameras import jpeg
from cameras.camera_list import CameraList
from cameras.connection import open_session
from cameras.errors import ConfigError, FleetStopped, NotAnImage
from cameras.fleet import Fleet
from cameras.logs import summaries
from cameras.metrics import Metrics
from cameras.status_page.server import open_page
from cameras.stores import open_store
from cameras.systemd import Notifier
from cameras.thumbnail import thumbnail
from cameras.ticks import every, turns
from cameras.uploads import Uploads
from cameras.watch import Watcher
from config import Config

log = logging.getLogger(__name__)


async def run(config: Config, cameras: CameraList, notifier: Notifier) -> None:
    """Keeps every camera's picture fresh until cancelled; FleetStopped when every camera has stopped."""
    async with open_watcher(config) as watcher:
        fleet = Fleet(cameras, watcher.uploads, config.interval, utc_now)
        watcher.metrics.registry.register(fleet)
        async with open_page(config, fleet, watcher.metrics.registry), asyncio.TaskGroup() as background:
            log.info(
                "watching %d cameras every %g s, pictures to %s",
                len(fleet.statuses),
                config.interval,
                fleet.uploads.store,
            )
            telling = [
                background.create_task(summaries(every(config.interval, slot=config.interval), fleet.summary)),
                background.create_task(notifier.keep_telling(fleet.status_line)),
            ]
            await _watch_all(fleet, watcher)
            for task in telling:
                task.cancel()
    raise FleetStopped("every camera has stopped; restart the service to try them again")


async def _watch_all(fleet: Fleet, watcher: Watcher) -> None:
    """Returns when every camera has stopped."""
    async with asyncio.TaskGroup() as watches:
        for position, status in enumerate(fleet.statuses):
            watches.create_task(watcher.watch(status, turns(position, len(fleet.statuses), fleet.interval)))


@asynccontextmanager
async def open_watcher(config: Config) -> AsyncIterator[Watcher]:
    """A Watcher with all that it needs open. ConfigError if the fallback is not a picture."""
    fallback, metrics = _fallback(config), Metrics()
    async with open_session() as session, open_store(config.store, config.aws_endpoint_url) as store:
        yield Watcher(
            fetch=partial(thumbnail, session=session, timeout=config.timeout),
            uploads=Uploads(store, config.interval, metrics),
            fallback=fallback,
            now=utc_now,
            metrics=metrics,
            interval=config.interval,
            max_failures=config.max_failures,
            max_login_failures=config.max_login_failures,
        )


def utc_now() -> datetime:
    return datetime.now(UTC)


def _fallback(config: Config) -> bytes:
    try:
        return jpeg.whole(config.fallback_image.read_bytes())
    except OSError as error:
        raise ConfigError(f"FALLBACK_IMAGE={config.fallback_image}: {error.strerror}; name a readable JPEG") from error
    except NotAnImage as error:
        raise ConfigError(f"FALLBACK_IMAGE={config.fallback_image} is not a whole JPEG; name one that is") from error
