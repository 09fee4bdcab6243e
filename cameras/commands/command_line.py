"""The command-line parser."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cameras.commands import check, demo, health, once, probe, reload, revive, run, status
from cameras.commands.versions import versions
from cameras.values import count, folder, seconds

T = TypeVar("T")

COMMANDS = {
    "run": "run the service (default)",
    "status": "how the running service is: a summary, problems, and each offline camera with its reason",
    "health": "whether the running service works; exit status 1 if not",
    "reload": "let the running service read the camera list, CAMERA_ADDRESSES and NEVER_PUBLISH again",
    "revive": "let the running service try cameras now, stopped ones too; exit status 1 if some failed",
    "once": "fetch one picture of each camera, print a table; exit status 1 if some failed",
    "check": "check settings, camera list, logins and store; contacts no camera",
    "probe": "fetch one picture of one camera, print each step; exit status 1 if it failed",
    "demo": "run with simulated cameras: no account, no network, no settings",
}
ALL_SETTINGS: tuple[str, ...] = ()
WHERE_THE_SERVICE_IS = ("STATE_DIRECTORY",)


def parser() -> argparse.ArgumentParser:
    """The parsed arguments have, besides the command's own:

    `main`        the command's coroutine function, see cameras/commands/__init__.py
    `stopped`     its exit status when a signal stops it
    `settings`    which settings it reads from the environment and from .env, `only` of config.from_environment; None:
                  none, its Config has the defaults
    `is_service`  whether it is the service, whose log file has the reason for each exit
    """
    top = argparse.ArgumentParser(
        prog="process_images.py",
        description="Keeps a recent picture of each traffic camera in a bucket or a folder.",
        epilog="Settings come from the environment and from .env in the working folder; docs/settings.md lists them. "
        "Exit status: 0 stopped by a signal (once: all cameras live), 1 trying again later may help, 2 something must "
        "be fixed first.",
    )
    top.add_argument("--version", action=_Version, nargs=0, help="print the versions that a bug report needs")
    top.set_defaults(main=run.main, stopped=0, settings=ALL_SETTINGS, is_service=True)
    subparsers = top.add_subparsers(metavar="COMMAND")
    parsers = {name: subparsers.add_parser(name, help=help, description=help) for name, help in COMMANDS.items()}
    for name in ("once", "check", "probe"):
        parsers[name].set_defaults(stopped=1, is_service=False)
    parsers["once"].set_defaults(main=once.main)
    parsers["once"].add_argument("--anyway", action="store_true", help="even while the service runs")
    parsers["check"].set_defaults(main=check.main)
    parsers["check"].add_argument(
        "--settings", dest="settings_only", action="store_true", help="only whether the settings can be read"
    )
    _add_probe(parsers["probe"])
    _add_demo(parsers["demo"])
    _add_control(parsers)
    return top


class _Version(argparse.Action):
    """argparse's own breaks the line."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(versions())
        parser.exit()


def _add_control(parsers: dict[str, argparse.ArgumentParser]) -> None:
    """What asks the running service."""
    for name, main in {
        "status": status.main,
        "health": health.main,
        "reload": reload.main,
        "revive": revive.main,
    }.items():
        parsers[name].set_defaults(main=main, stopped=1, settings=WHERE_THE_SERVICE_IS, is_service=False)
    parsers["status"].add_argument("--json", action="store_true", help="print the object of /status.json")
    parsers["health"].add_argument("--strict", action="store_true", help="whether all is well, as /healthz")
    parsers["reload"].add_argument(
        "--accept-shrunken-list", action="store_true", help="even if most cameras are missing from it"
    )
    which = parsers["revive"].add_mutually_exclusive_group(required=True)
    which.add_argument("ids", metavar="ID", nargs="*", default=[], help="a camera's id")
    which.add_argument("--all", action="store_true", help="every stopped camera")


def _add_probe(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(main=probe.main)
    parser.add_argument(
        "camera", metavar="CAMERA_ID|ADDRESS", help="an id of the camera list, or an address (with a dot or a colon)"
    )
    parser.add_argument("--make", metavar="M", help="use this make's requests")
    parser.add_argument("--every-make", action="store_true", help="identify the make; sends at most one login")
    parser.add_argument("--anyway", action="store_true", help="even if the camera may have locked the account")
    parser.add_argument("--save", type=Path, metavar="FILE", help="write the picture to FILE")


def _add_demo(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(main=demo.main, settings=None, is_service=False)
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
