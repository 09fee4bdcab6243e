"""Keeps a recent picture of each of a city's traffic cameras in a bucket. See README.md.

This file: command line, environment, signals and exit status. The commands are in cameras/commands/.
"""

import asyncio
import logging
import os
import resource
import signal
import sys
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path

from cameras.commands.command_line import parser
from cameras.commands.dotenv_file import read_dotenv
from cameras.errors import CctvImagesError
from cameras.makes import all_makes
from cameras.service import Notifier, logs
from config import Config, Durations, from_environment

DOTENV = Path(".env")
MAX_OPEN_FILES = 65536  # as in the unit
DURATIONS = Durations()

log = logging.getLogger("cameras")


def main(argv: list[str] | None = None, durations: Durations = DURATIONS) -> int:
    """Exit status: 0 done, or stopped by a signal; 1 trying again later may help; 2 something must be fixed first."""
    arguments = parser().parse_args(argv)
    _raise_file_limit()
    if journal_stream := os.environ.get("JOURNAL_STREAM"):
        logs.set_up("INFO", None, journal_stream=journal_stream)  # an invalid setting has a priority, too
    try:
        notifier = Notifier.from_environment(os.environ)
        config = replace(_settings() if arguments.needs_settings else Config(), durations=durations)
        work = arguments.main(arguments, config, notifier)
        return asyncio.run(_until_signal(work, arguments.stopped, notifier))
    except CctvImagesError as error:
        log.error("%s", error)
        return error.exit_status


def _raise_file_limit() -> None:
    """Each connection is an open file. A shell usually allows 1,024, too few for as many cameras."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, MAX_OPEN_FILES)), hard))


def _settings() -> Config:
    """From the environment; what is unset or empty there, from .env. It goes into os.environ for AWS's libraries."""
    dotenv = read_dotenv(DOTENV)
    for name, value in dotenv.items():
        if not os.environ.get(name):
            os.environ[name] = value
    return from_environment(os.environ, [make.prefix for make in all_makes()], list(dotenv))


async def _until_signal(work: Coroutine[None, None, int], stopped: int, notifier: Notifier) -> int:
    """The exit status of `work`, or `stopped` if SIGTERM or SIGINT cancels it. Cancelling takes a few seconds at most:
    uploads that have started are finished, then everything is closed."""
    task = asyncio.create_task(work)

    def stop() -> None:
        notifier.send("STOPPING=1")
        task.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    try:
        return await task
    except asyncio.CancelledError:
        log.log(logging.ERROR if stopped else logging.INFO, "stopped by a signal")
        return stopped


if __name__ == "__main__":
    sys.exit(main())
