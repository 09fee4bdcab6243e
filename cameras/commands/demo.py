"""The service against a fleet of simulated cameras on loopback, with a folder as the store."""

import socket
import tempfile
from argparse import Namespace
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from cameras.camera_list import load_cameras
from cameras.commands.run import run
from cameras.commands.wiring import list_source
from cameras.service import Notifier, logs
from cameras.values import Listen
from config import Config


async def main(arguments: Namespace, config: Config, notifier: Notifier) -> NoReturn:
    """Runs until cancelled. `config` is the defaults: no setting of this machine, so never a real bucket."""
    from cameras.simulator.fleet import simulated_fleet  # it draws pictures with Pillow, which the service never needs

    logs.set_up("INFO", None)
    page = Listen("127.0.0.1", _free_port(8080))
    print(
        f"Open http://{page}/ to see {arguments.cameras} simulated cameras. "
        f"Pictures: {arguments.folder}/image/. Ctrl-C stops the demo.",
        flush=True,
    )
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
                status_address=page,
            )
            cameras = await load_cameras(list_source(config))
        await run(config, cameras, notifier)


def _free_port(wanted: int) -> int:
    """`wanted`, or a port that the system chooses if that is taken."""
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("127.0.0.1", wanted))
        except OSError:
            sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
