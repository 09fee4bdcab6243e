"""Builds the parts of the service from the settings: the one module that knows which setting is for which part."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from prometheus_client import CollectorRegistry

from cameras import jpeg
from cameras.camera import Camera
from cameras.camera_list import ListSource, Portal
from cameras.connection import Client
from cameras.control import RunningService, connect
from cameras.errors import ConfigError, NotAnImage
from cameras.makes import all_makes
from cameras.net import Resolver
from cameras.service import Metrics
from cameras.state import CameraMemory
from cameras.status_page import open_page
from cameras.store import Uploads, open_store
from cameras.thumbnail import thumbnail
from cameras.watch import Fleet, Outage, Recorder, TransitionLog, Watcher
from config import Config

PageOpener = Callable[[Fleet, CollectorRegistry], AbstractAsyncContextManager[object]]


@asynccontextmanager
async def open_watcher(config: Config, memory: CameraMemory | None = None) -> AsyncIterator[Watcher]:
    """A Watcher, its HTTP client and store open; ConfigError if FALLBACK_IMAGE or a setting of the store is wrong.

    Without `memory` nothing is remembered.
    """
    fallback, metrics = _read_fallback(config.fallback_image), Metrics()
    async with open_store(config.store, config.aws_endpoint_url) as store:
        yield Watcher(
            fetch=picture_fetcher(Client(resolver(config)), config.timeout),
            uploads=Uploads(store, config.interval, metrics),
            fallback=fallback,
            recorder=Recorder(
                now=utc_now,
                metrics=metrics,
                memory=memory or CameraMemory(),
                outage=Outage(utc_now, config.interval),
                transitions=TransitionLog(),
            ),
            interval=config.interval,
            max_failures=config.max_failures,
            max_login_failures=config.max_login_failures,
            late_window=config.durations.late_put,
        )


def picture_fetcher(client: Client, timeout: float) -> Callable[[Camera], Awaitable[bytes]]:
    """A function that fetches a camera's picture within `timeout` seconds. It raises CameraError if there is none."""
    fetchers = {make.name: make.fetch for make in all_makes()}

    async def fetch(camera: Camera) -> bytes:
        return await thumbnail(camera, fetchers[camera.make], client, timeout)

    return fetch


def resolver(config: Config) -> Resolver:
    return Resolver(networks=config.camera_networks or ())


def list_source(config: Config) -> ListSource:
    return ListSource(
        portal=portal(config),
        export_file=config.camera_list,
        addresses_file=config.camera_addresses,
        address_column=config.socrata_address_field,
        never_publish=config.never_publish,
        logins=config.logins,
        cache_folder=config.state_directory,
    )


def portal(config: Config) -> Portal:
    login = None
    if config.socrata_username and config.socrata_password:
        login = (config.socrata_username, config.socrata_password)
    return Portal(config.socrata_domain, config.socrata_dataset, config.socrata_where, config.socrata_app_token, login)


def page_opener(config: Config) -> PageOpener:
    """`open_page` with the settings for it."""
    return partial(
        open_page,
        listen=config.status_address,
        public_url=config.public_url,
        show_addresses=config.status_show_addresses,
        hosts=config.status_hosts,
    )


def running_service(config: Config) -> AbstractAsyncContextManager[RunningService]:
    """Errors as for `connect`."""
    return connect(config.control_folder, config.sudo_user)


def utc_now() -> datetime:
    return datetime.now(UTC)


def _read_fallback(path: Path) -> bytes:
    try:
        return jpeg.extract(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"FALLBACK_IMAGE={path}: {error.strerror}; name a readable JPEG") from error
    except NotAnImage as error:
        raise ConfigError(f"FALLBACK_IMAGE={path} is not a complete JPEG; name one that is") from error
