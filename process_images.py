"""Keeps a recent picture of each of a city's traffic cameras in a bucket. See README.md."""

import asyncio
import logging
import os
import resource
import signal
import sys
from argparse import Namespace
from collections.abc import Coroutine
from pathlib import Path

from dotenv.parser import parse_stream

from cameras.camera_list import load_cameras
from cameras.commands.command_line import parser
from cameras.commands.run import run
from cameras.commands.wiring import list_source
from cameras.errors import CctvImagesError, ConfigError
from cameras.makes import all_makes
from cameras.service import logs
from cameras.service.systemd import Notifier
from config import Config, from_environment

DOTENV = Path(".env")
MAX_FILES = 65536  # as in the unit
NOTIFIER = Notifier(os.environ)

log = logging.getLogger("cameras")


def main(argv: list[str] | None = None) -> int:
    """Exit status: 0 when told to stop, 1 when trying again later may help, 2 when something must be mended first."""
    arguments = parser().parse_args(argv)
    _allow_files()
    command = COMMANDS[arguments.command]
    try:
        return asyncio.run(_until_signal(command(arguments), stopped=0 if command in ENDLESS else 1))
    except CctvImagesError as error:
        log.error("%s", error)
        return error.exit_status


def _allow_files() -> None:
    """Each connection is a file; a shell usually allows 1,024, which a fleet of as many cameras exceeds."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, MAX_FILES)), hard))


async def _until_signal(work: Coroutine[None, None, int], stopped: int) -> int:
    """SIGTERM and SIGINT cancel `work`: uploads that have begun are finished, in a few seconds at most, then all is
    closed, and the exit status is `stopped`."""
    task = asyncio.ensure_future(work)

    def stop() -> None:
        NOTIFIER.send("STOPPING=1")
        task.cancel()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    try:
        return await task
    except asyncio.CancelledError:
        log.log(logging.ERROR if stopped else logging.INFO, "stopped by a signal")
        return stopped


async def _run(_: Namespace) -> int:
    config = _settings()
    logs.set_up(config.log_level, config.log_file)
    await run(config, await load_cameras(list_source(config)), NOTIFIER)
    return 0


async def _once(_: Namespace) -> int:
    from cameras.commands.once import run_once

    config = _settings()
    logs.set_up(config.log_level, config.log_file, cameras_on_console=False)
    return await run_once(config, await load_cameras(list_source(config)))


async def _check(_: Namespace) -> int:
    from cameras.commands.check import run_check

    config = _settings()
    logs.set_up("WARNING", config.log_file)
    return await run_check(config, await load_cameras(list_source(config)))


async def _probe(arguments: Namespace) -> int:
    from cameras.commands.probe import camera_to_probe, run_probe

    config = _settings()
    logs.set_up("ERROR", None)
    camera, known = await camera_to_probe(config, arguments.camera, arguments.make)
    return await run_probe(config, camera, arguments.every_make or not known, arguments.save)


async def _demo(arguments: Namespace) -> int:
    from cameras.commands.demo import run_demo  # Pillow and the simulator are for the demo alone

    logs.set_up("INFO", None)
    await run_demo(arguments.cameras, arguments.interval, arguments.folder)
    return 0


ENDLESS = (_run, _demo)
COMMANDS = {"run": _run, "once": _once, "check": _check, "probe": _probe, "demo": _demo}


def _settings() -> Config:
    """From the environment; what is unset or blank there, from .env. It goes into os.environ for AWS's libraries."""
    given = _dotenv()
    for name, value in given.items():
        if not os.environ.get(name):
            os.environ[name] = value
    return from_environment(os.environ, [make.prefix for make in all_makes()], list(given))


def _dotenv() -> dict[str, str]:
    """The lines of .env. Nothing in a value is expanded: a password may hold ${ }."""
    if not DOTENV.exists():
        return {}
    try:
        with DOTENV.open(encoding="utf-8") as file:
            lines = list(parse_stream(file))
        if any("\0" in line.original.string for line in lines):
            raise ValueError("it holds a NUL byte")  # UTF-16, or a disk's damage
    except (OSError, ValueError) as error:
        raise ConfigError(f".env cannot be read: {error}; make it a readable UTF-8 file of NAME=value lines") from error
    if bad := next((line for line in lines if line.error or (line.key and line.value is None)), None):
        raise ConfigError(
            f".env line {bad.original.line}: not NAME=value, or a quote is not closed; mend it, or put # before it"
        )
    return {line.key: line.value for line in lines if line.key and line.value is not None}


if __name__ == "__main__":
    sys.exit(main())
