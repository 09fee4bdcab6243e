"""Whether the running service works: for containers, orchestrators and load balancers."""

from argparse import Namespace

from cameras.commands.wiring import running_service
from cameras.service import Notifier
from config import Config


async def main(arguments: Namespace, config: Config, _notifier: Notifier) -> int:
    """Print one sentence. Exit status 0 if it works, with `strict` if all is well; else 1, also if none answers."""
    async with running_service(config) as service:
        problems = await service.problems(arguments.strict)
    healthy = "all is well" if arguments.strict else "the service works"
    print("; ".join(problems) or healthy)
    return 1 if problems else 0
