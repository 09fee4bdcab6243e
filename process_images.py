"""Keeps a recent picture of each of a city's traffic cameras in a bucket. See README.md."""

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path

from dotenv import dotenv_values, load_dotenv

from cameras import daemon, logs
from cameras.camera_list import load_cameras
from cameras.errors import CctvImagesError, ConfigError
from cameras.makes import all_makes
from cameras.values import seconds
from config import Config, from_environment

DOTENV = Path(".env")

log = logging.getLogger("cameras")


def main(argv: list[str] | None = None) -> int:
    """Exit status: 0 when told to stop, 1 when trying again later may help, 2 when something must be mended first."""
    arguments = _parser().parse_args(argv)
    command = COMMANDS[arguments.command]
    try:
        return asyncio.run(_until_signal(command(arguments)))
    except CctvImagesError as error:
        log.error("%s", error)
        return error.exit_status


async def _until_signal(work: Coroutine[None, None, int]) -> int:
    """SIGTERM and SIGINT cancel `work`: uploads that have begun are finished, then all is closed. A second signal
    does not wait for them."""
    task = asyncio.ensure_future(work)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        log.info("stopped by a signal")
        return 0


async def _run(_: argparse.Namespace) -> int:
    config = _settings()
    logs.set_up(config.log_level, config.log_file)
    await daemon.run(config, (await load_cameras(config)).cameras)
    return 0


async def _once(_: argparse.Namespace) -> int:
    from cameras.once import run_once

    config = _settings()
    logs.set_up(config.log_level, config.log_file, console_level="ERROR")
    return await run_once(config, await load_cameras(config))


async def _demo(arguments: argparse.Namespace) -> int:
    from cameras.demo import run_demo  # Pillow and the simulator are for the demo alone

    logs.set_up("INFO", None)
    await run_demo(arguments.cameras, arguments.interval, arguments.folder)
    return 0


COMMANDS = {"run": _run, "once": _once, "demo": _demo}


def _settings() -> Config:
    try:
        load_dotenv(DOTENV)
        names = list(dotenv_values(DOTENV))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f".env cannot be read: {error}; make it a readable UTF-8 file of NAME=value lines") from error
    return from_environment(os.environ, [make.prefix for make in all_makes()], names)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="process_images.py",
        description="Keeps a recent picture of each traffic camera in a bucket or a folder.",
        epilog="Settings come from the environment and from .env in the working folder; README.md lists them. Exit "
        "status: 0 stopped by a signal (once: all live), 1 trying again later may help, 2 something must be mended.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("run", help="watch all cameras for ever (the default)")
    commands.add_parser("once", help="one picture of each camera, then a table; exit status 1 if some failed")
    demo = commands.add_parser("demo", help="watch a fleet of pretend cameras: no account, no network, no settings")
    demo.add_argument("--cameras", type=_positive, default=40, metavar="N", help="how many (%(default)s)")
    demo.add_argument(
        "--interval", type=seconds, default=10.0, metavar="S", help="seconds between pictures (%(default)g)"
    )
    demo.add_argument("--folder", default="demo", metavar="DIR", help="where pictures go (%(default)s)")
    parser.set_defaults(command="run")
    return parser


def _positive(text: str) -> int:
    if not 1 <= (number := int(text)) <= 2000:
        raise ValueError
    return number


if __name__ == "__main__":
    sys.exit(main())
