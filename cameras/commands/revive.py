"""Lets the running service try cameras now."""

from argparse import Namespace

from cameras.commands.wiring import running_service
from cameras.service import Notifier
from config import Config


async def main(arguments: Namespace, config: Config, _notifier: Notifier) -> int:
    """Print each camera's result when it is there. Exit status 1 if some are not live; ConfigError for unknown ids."""
    tried = failed = 0
    async with running_service(config) as service:
        async for camera in service.revive(arguments.ids):
            print(f"camera {camera['id']} ({camera['make']}): {camera['error'] or camera['state']}", flush=True)
            tried += 1
            failed += camera["state"] != "live"
    print(f"{tried - failed} of {tried} cameras are live" if tried else "no camera is stopped")
    return 1 if failed else 0
