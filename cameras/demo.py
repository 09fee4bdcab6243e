"""The daemon against a fleet of pretend cameras on loopback, with a folder as the store."""

import tempfile
from pathlib import Path

from cameras import daemon
from cameras.camera_list import load_cameras
from cameras.simulator.fleet import Fleet
from config import Config


async def run_demo(count: int, interval: float, folder: str) -> None:
    """Runs until cancelled. Takes no setting from the environment, so that it never touches a real bucket."""
    async with Fleet(count, interval) as fleet:
        with tempfile.TemporaryDirectory() as temporary:
            listed, addresses = fleet.write(Path(temporary))
            config = Config(
                store=folder,
                camera_list=listed,
                camera_addresses=addresses,
                interval=interval,
                timeout=interval * 0.8,
            )
            cameras = await load_cameras(config)
        print(
            f"{count} pretend cameras, a picture of each every {interval:g} s in {folder}/image/; Ctrl-C ends",
            flush=True,
        )
        await daemon.run(config, cameras.cameras)
