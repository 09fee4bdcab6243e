"""Puts everything together: the one module that knows both the settings and what they are for."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from aiohttp import ClientSession

from cameras import jpeg
from cameras.camera import Camera
from cameras.connection import open_session
from cameras.errors import ConfigError, NotAnImage
from cameras.makes import all_makes
from cameras.service.metrics import Metrics
from cameras.store.store import open_store
from cameras.store.uploads import Uploads
from cameras.thumbnail import thumbnail
from cameras.watch.watcher import Watcher
from config import Config


@asynccontextmanager
async def open_watcher(config: Config) -> AsyncIterator[Watcher]:
    """A Watcher with all that it needs open. ConfigError if the fallback is not a picture."""
    fallback, metrics = _fallback(config), Metrics()
    async with open_session() as session, open_store(config.store, config.aws_endpoint_url) as store:
        yield Watcher(
            fetch=picture_fetcher(session, config.timeout),
            uploads=Uploads(store, config.interval, metrics),
            fallback=fallback,
            now=utc_now,
            metrics=metrics,
            interval=config.interval,
            max_failures=config.max_failures,
            max_login_failures=config.max_login_failures,
        )


def picture_fetcher(session: ClientSession, timeout: float) -> Callable[[Camera], Awaitable[bytes]]:
    """A function that fetches a camera's picture within `timeout` seconds. It raises CameraError if there is none."""
    fetchers = {make.name: make.fetch for make in all_makes()}

    async def fetch(camera: Camera) -> bytes:
        return await thumbnail(camera, fetchers[camera.make], session, timeout)

    return fetch


def utc_now() -> datetime:
    return datetime.now(UTC)


def _fallback(config: Config) -> bytes:
    try:
        return jpeg.extract(config.fallback_image.read_bytes())
    except OSError as error:
        raise ConfigError(f"FALLBACK_IMAGE={config.fallback_image}: {error.strerror}; name a readable JPEG") from error
    except NotAnImage as error:
        raise ConfigError(f"FALLBACK_IMAGE={config.fallback_image} is not a whole JPEG; name one that is") from error
