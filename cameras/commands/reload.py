"""Lets the running service read the camera list and the private files again."""

from argparse import Namespace

from cameras.commands.wiring import running_service
from cameras.service import Notifier
from config import Config


async def main(arguments: Namespace, config: Config, _notifier: Notifier) -> int:
    """Print what changed, and what could not be read. Exit status 1 if that was something."""
    async with running_service(config) as service:
        reloaded = await service.reload(arguments.accept_shrunken_list)
    print(f"{reloaded['cameras']} cameras, {reloaded['change']}")
    for problem in reloaded["problems"]:
        print(problem)
    return 1 if reloaded["problems"] else 0
