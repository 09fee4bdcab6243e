"""How the running service is."""

import json
from argparse import Namespace

from cameras.commands.wiring import running_service
from cameras.service import Notifier
from cameras.watch import report
from config import Config


async def main(arguments: Namespace, config: Config, _notifier: Notifier) -> int:
    """Print a report, or the object of /status.json. Exit status 0; ControlError if no service answers."""
    async with running_service(config) as service:
        status = await service.status()
    print(json.dumps(status) if arguments.json else "\n".join(report(status)))
    return 0
