"""Keeps a recent picture of each of a city's traffic cameras in a bucket. See README.md.

This file: command line, environment, signals and exit status. The commands are in cameras/commands/.
"""

import signal

if __name__ == "__main__":  # until there is a handler, Ctrl-C ends it at once: no traceback, and none of them is lost
    signal.signal(signal.SIGINT, signal.SIG_DFL)

import asyncio
import io
import logging
import os
import resource
import sys
from collections.abc import Collection, Coroutine
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from cameras.commands.command_line import parser
from cameras.commands.settings_file import read_settings_file
from cameras.errors import CctvImagesError, ConfigError
from cameras.makes import add_local_makes, all_makes
from cameras.service import Notifier, logs
from config import Config, Durations, from_environment, log_file

DOTENV = Path(".env")
MAX_OPEN_FILES = 65536  # as in the unit
DURATIONS = Durations()

log = logging.getLogger("cameras")


def main(argv: list[str] | None = None, durations: Durations = DURATIONS) -> int:
    """Exit status: 0 done, or stopped by a signal; 1 trying again later may help; 2 something must be fixed first.

    Why it ends is the last line of the log, and systemd's STATUS until the next start.
    """
    arguments = parser().parse_args(argv)
    _raise_file_limit()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # `probe | tee` shows each step at once
    for number in (signal.SIGUSR1, signal.SIGUSR2):  # by default they would end the process
        signal.signal(number, signal.SIG_IGN)
    if journal_stream := os.environ.get("JOURNAL_STREAM"):
        logs.set_up("INFO", None, journal_stream=journal_stream)  # an invalid setting has a priority, too
    notifier = Notifier()
    try:
        notifier = Notifier.from_environment(os.environ)
        with notifier.reporting_errors():
            config = replace(_settings(arguments.settings, arguments.is_service), durations=durations)
            work = arguments.main(arguments, config, notifier)
            return asyncio.run(_until_signal(work, arguments.stopped, notifier))
    except CctvImagesError as error:
        for problem in error.problems:
            log.error("%s", problem)
        return error.exit_status


def _raise_file_limit() -> None:
    """Each connection is an open file. A shell usually allows 1,024, too few for as many cameras."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, MAX_OPEN_FILES)), hard))


def _settings(only: Collection[str] | None, is_service: bool) -> Config:
    """From the environment; what is unset or empty there, from the settings file. `only` as for from_environment; None:
    the defaults. What the file has goes into os.environ, for AWS's libraries. The service's errors go to its log file.
    """
    if only is None:
        return Config()
    try:
        # systemd's folder tells where the service is; its ExecReload has no access to the settings.
        needless = only and os.environ.get("RUNTIME_DIRECTORY")
        lines = {} if needless else read_settings_file(os.environ, DOTENV)
        taken = {name: line for name, line in lines.items() if not os.environ.get(name)}
        os.environ.update({name: line.value for name, line in taken.items()})
        where = {name: line.where for name, line in taken.items()}
        if not only and (folder := os.environ.get("MAKES_DIRECTORY")):
            add_local_makes(Path(folder))
        return from_environment(os.environ, [make.prefix for make in all_makes()], where, only)
    except ConfigError:
        if is_service:
            with suppress(ConfigError):  # the log file cannot be opened: then there is none
                logs.set_up("INFO", log_file(os.environ), journal_stream=os.environ.get("JOURNAL_STREAM", ""))
        raise


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
