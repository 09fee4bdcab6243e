"""The service against a fleet of simulated cameras on loopback, with a folder as the store."""

import tempfile
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NoReturn

from prometheus_client import CollectorRegistry

from cameras.camera_list import load_cameras
from cameras.commands.run import run
from cameras.commands.wiring import list_source
from cameras.errors import ConfigError
from cameras.service import Notifier, logs
from cameras.status_page import open_page
from cameras.values import Listen
from cameras.watch import Fleet
from config import Config

PAGE = Listen("127.0.0.1", 8080)


async def main(arguments: Namespace, config: Config, notifier: Notifier) -> NoReturn:
    """Runs until cancelled. `config` is the defaults: no setting of this machine, so never a real bucket."""
    from cameras.simulator.fleet import simulated_fleet  # it draws pictures with Pillow, which the service never needs

    logs.set_up("INFO", None)
    async with simulated_fleet(arguments.cameras, arguments.interval) as fleet:
        with tempfile.TemporaryDirectory() as temporary:
            listed, addresses = fleet.write(Path(temporary))
            config = replace(
                config,
                store=arguments.folder,
                camera_list=listed,
                camera_addresses=addresses,
                interval=arguments.interval,
                timeout=arguments.interval * 0.8,
            )
            cameras = await load_cameras(list_source(config))
        await run(config, cameras, notifier, partial(open_demo_page, folder=arguments.folder))


@asynccontextmanager
async def open_demo_page(
    fleet: Fleet, registry: CollectorRegistry, folder: str, listen: Listen = PAGE
) -> AsyncIterator[None]:
    """The page at `listen`, or at a port that the system chooses if that one is taken; prints where it is."""
    async with AsyncExitStack() as stack:
        try:
            address = await stack.enter_async_context(open_page(fleet, registry, listen))
        except ConfigError:
            address = await stack.enter_async_context(open_page(fleet, registry, Listen(listen.host, 0)))
        print(
            f"Open http://{address}/ to see {len(fleet.statuses)} simulated cameras. "
            f"Pictures: {folder}/image/. Ctrl-C stops the demo.",
            flush=True,
        )
        yield
