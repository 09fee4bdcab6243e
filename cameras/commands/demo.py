"""The daemon against a fleet of pretend cameras on loopback, with a folder as the store."""

import socket
import tempfile
from pathlib import Path

from cameras.camera_list.camera_list import load_cameras
from cameras.commands.run import run
from cameras.service.systemd import Notifier
from cameras.simulator.fleet import simulated_fleet
from cameras.values import Listen
from config import Config


async def run_demo(count: int, interval: float, folder: str) -> None:
    """Runs until cancelled. Takes no setting from the environment, so that it never touches a real bucket."""
    page = Listen("127.0.0.1", _free_port(8080))
    print(f"Open http://{page}/ to see {count} pretend cameras. Pictures: {folder}/image/. Ctrl-C ends.", flush=True)
    async with simulated_fleet(count, interval) as fleet:
        with tempfile.TemporaryDirectory() as temporary:
            listed, addresses = fleet.write(Path(temporary))
            config = Config(
                store=folder,
                camera_list=listed,
                camera_addresses=addresses,
                interval=interval,
                timeout=interval * 0.8,
                status_address=page,
            )
            cameras = await load_cameras(config)
        await run(config, cameras, Notifier({}))


def _free_port(wanted: int) -> int:
    """`wanted`, or one that the system chooses if that is taken."""
    with socket.socket() as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind(("127.0.0.1", wanted))
        except OSError:
            trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])
