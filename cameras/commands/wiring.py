"""Puts everything together: the one module that knows both the settings and what they are for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial

from cameras import jpeg
from cameras.camera_list import ListSource, Portal
from cameras.connection.connection import open_session
from cameras.errors import ConfigError, NotAnImage
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
            fetch=partial(thumbnail, session=session, timeout=config.timeout),
            uploads=Uploads(store, config.interval, metrics),
            fallback=fallback,
            now=utc_now,
            metrics=metrics,
            interval=config.interval,
            max_failures=config.max_failures,
            max_login_failures=config.max_login_failures,
        )


def list_source(config: Config) -> ListSource:
    return ListSource(
        portal=portal(config),
        export_file=config.camera_list,
        addresses_file=config.camera_addresses,
        address_column=config.socrata_address_field,
        logins=config.logins,
        cache_folder=config.state_directory,
    )


def portal(config: Config) -> Portal:
    login = None
    if config.socrata_username and config.socrata_password:
        login = (config.socrata_username, config.socrata_password)
    return Portal(config.socrata_domain, config.socrata_dataset, config.socrata_where, config.socrata_app_token, login)


def utc_now() -> datetime:
    return datetime.now(UTC)


def _fallback(config: Config) -> bytes:
    try:
        return jpeg.extract(config.fallback_image.read_bytes())
    except OSError as error:
        raise ConfigError(f"FALLBACK_IMAGE={config.fallback_image}: {error.strerror}; name a readable JPEG") from error
    except NotAnImage as error:
        raise ConfigError(f"FALLBACK_IMAGE={config.fallback_image} is not a whole JPEG; name one that is") from error
