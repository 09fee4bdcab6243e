"""The command-line parser."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cameras.commands import check, demo, once, probe, run
from cameras.commands.versions import versions
from cameras.values import count, folder, seconds

T = TypeVar("T")

COMMANDS = {
    "run": "run the service (default)",
    "once": "fetch one picture of each camera, print a table; exit status 1 if some failed",
    "check": "check settings, camera list, logins and store; contacts no camera",
    "probe": "fetch one picture of one camera, print each step; exit status 1 if it failed",
    "demo": "run with simulated cameras: no account, no network, no settings",
}


def parser() -> argparse.ArgumentParser:
    """The parsed arguments have, besides the command's own:

    `main`            the command's coroutine function, see cameras/commands/__init__.py
    `stopped`         its exit status when a signal stops it
    `needs_settings`  whether it reads the environment and .env; else its Config has the defaults
    """
    top = argparse.ArgumentParser(
        prog="process_images.py",
        description="Keeps a recent picture of each traffic camera in a bucket or a folder.",
        epilog="Settings come from the environment and from .env in the working folder; docs/settings.md lists them. "
        "Exit status: 0 stopped by a signal (once: all cameras live), 1 trying again later may help, 2 something must "
        "be fixed first.",
    )
    top.add_argument("--version", action="version", version=versions())
    top.set_defaults(main=run.main, stopped=0, needs_settings=True)
    subparsers = top.add_subparsers(metavar="COMMAND")
    parsers = {name: subparsers.add_parser(name, help=help) for name, help in COMMANDS.items()}
    parsers["once"].set_defaults(main=once.main, stopped=1)
    parsers["check"].set_defaults(main=check.main, stopped=1)
    _add_probe(parsers["probe"])
    _add_demo(parsers["demo"])
    return top


def _add_probe(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(main=probe.main, stopped=1)
    parser.add_argument(
        "camera", metavar="CAMERA_ID|ADDRESS", help="an id of the camera list, or an address (with a dot or a colon)"
    )
    parser.add_argument("--make", metavar="M", help="use this make's requests")
    parser.add_argument("--every-make", action="store_true", help="identify the make; sends at most one login")
    parser.add_argument("--save", type=Path, metavar="FILE", help="write the picture to FILE")


def _add_demo(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(main=demo.main, needs_settings=False)
    parser.add_argument("--cameras", type=_argument(count), default=40, metavar="N", help="how many (%(default)s)")
    parser.add_argument(
        "--interval", type=_argument(seconds), default=10.0, metavar="S", help="seconds between pictures (%(default)g)"
    )
    parser.add_argument(
        "--folder", type=_argument(folder), default="demo", metavar="DIR", help="where pictures go (%(default)s)"
    )


def _argument(parse: Callable[[str], T]) -> Callable[[str], T]:
    """`parse` for argparse, which shows the message of an ArgumentTypeError only."""

    def parse_argument(text: str) -> T:
        try:
            return parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"{text!r} {error}") from None

    return parse_argument
