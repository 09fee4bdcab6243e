"""What may be typed behind process_images.py."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cameras.values import count, folder, seconds

T = TypeVar("T")


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="process_images.py",
        description="Keeps a recent picture of each traffic camera in a bucket or a folder.",
        epilog="Settings come from the environment and from .env in the working folder; README.md lists them. Exit "
        "status: 0 stopped by a signal (once: all live), 1 trying again later may help, 2 something must be mended.",
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("run", help="watch all cameras for ever (the default)")
    commands.add_parser("once", help="one picture of each camera, then a table; exit status 1 if some failed")
    commands.add_parser("check", help="settings, camera list, logins and store, without watching")
    _add_probe(
        commands.add_parser("probe", help="one camera, one try, traced_thumbnail; exit status 1 if it gave no picture")
    )
    _add_demo(commands.add_parser("demo", help="watch pretend cameras: no account, no network, no settings"))
    top.set_defaults(command="run")
    return top


def _add_probe(probe: argparse.ArgumentParser) -> None:
    probe.add_argument(
        "camera", metavar="CAMERA_ID|ADDRESS", help="an id of the list, or an address (with a dot or colon)"
    )
    probe.add_argument("--make", metavar="M", help="ask it as this make")
    probe.add_argument("--every-make", action="store_true", help="find out its make; risks one wrong login at the most")
    probe.add_argument("--save", type=Path, metavar="FILE", help="write the picture there")


def _add_demo(demo: argparse.ArgumentParser) -> None:
    demo.add_argument("--cameras", type=_argument(count), default=40, metavar="N", help="how many (%(default)s)")
    demo.add_argument(
        "--interval", type=_argument(seconds), default=10.0, metavar="S", help="seconds between pictures (%(default)g)"
    )
    demo.add_argument(
        "--folder", type=_argument(folder), default="demo", metavar="DIR", help="where pictures go (%(default)s)"
    )


def _argument(parse: Callable[[str], T]) -> Callable[[str], T]:
    """argparse shows the message of no other error."""

    def parse_argument(text: str) -> T:
        try:
            return parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"{text!r} {error}") from None

    return parse_argument
