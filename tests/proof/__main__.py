"""Runs the scenarios named as arguments, or all, at full size. Prints the table, then the guarantees that do not hold;
exit status 1 if there are any."""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from signal import SIGKILL, SIGTERM

from tests.proof.fleet import fleet
from tests.proof.outage import outage
from tests.proof.restarts import restarts
from tests.proof.result import Result
from tests.proof.soak import soak

FULL: dict[str, Callable[[], Iterator[Result] | AsyncIterator[Result]]] = {
    "fleet": partial(
        fleet, healthy=1000, faulty=300, interval=10, cycles=5, timeout=8, slack=100
    ),  # before the faulty stop
    "gone": partial(outage, "gone", cameras=1000, interval=10, intervals=10, slack=1),
    "busy": partial(outage, "busy", cameras=1000, interval=10, intervals=10, slack=1),
    "silent": partial(outage, "silent", cameras=1000, interval=10, intervals=10, slack=1),
    "kill": partial(restarts, cameras=60, times=100, number=SIGKILL, max_start=1),
    "stop": partial(restarts, cameras=60, times=100, number=SIGTERM, max_start=1),
    "soak": partial(soak, cameras=1000, interval=5, cycles=288),
}


AWS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}


def main() -> None:
    os.environ.update(AWS)  # for the bucket of the scenarios, which accepts every login
    logging.getLogger("cameras").setLevel(logging.CRITICAL)
    rows: list[Result] = []
    broken = []
    for name in sys.argv[1:] or FULL:
        try:
            asyncio.run(_run(name, rows))
        except AssertionError as error:
            broken.append(f"BROKEN: {name}: {error}")
    broken += [
        f"BROKEN: {row.scenario}: {row.lost} lost, {row.skipped} skipped, {row.errors} errors"
        for row in rows
        if row.lost or row.skipped or row.errors
    ]
    widths = [max(len(str(cell)) for cell in column) for column in zip(Result._fields, *rows, strict=True)]
    for row in [Result._fields, *rows]:
        print("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    sys.exit("\n".join(broken) or 0)


async def _run(name: str, rows: list[Result]) -> None:
    """Rows found before a guarantee fails are in the table as well."""
    print(f"{name} …", file=sys.stderr, flush=True)
    scenario = FULL[name]()
    if isinstance(scenario, Iterator):
        rows.extend(scenario)
    else:
        async for row in scenario:
            rows.append(row)  # noqa: PERF401


if __name__ == "__main__":
    main()
