"""Runs every scenario at full size and prints the table, then the promises that were broken; exit status 1 if any. The
names of some scenarios as arguments run these alone."""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from signal import SIGKILL, SIGTERM

from tests.proof.deaths import deaths
from tests.proof.fleet import fleet
from tests.proof.outage import outage
from tests.proof.row import Row
from tests.proof.soak import soak

FULL: dict[str, Callable[[], Iterator[Row] | AsyncIterator[Row]]] = {
    "fleet": partial(fleet, healthy=1000, ailing=300, interval=10, cycles=5),  # more, and the ailing have all stopped
    "gone": partial(outage, "gone", cameras=1000, interval=10, intervals=10),
    "busy": partial(outage, "busy", cameras=1000, interval=10, intervals=10),
    "silent": partial(outage, "silent", cameras=1000, interval=10, intervals=10),
    "kill": partial(deaths, cameras=60, times=100, number=SIGKILL, restart=1),
    "stop": partial(deaths, cameras=60, times=100, number=SIGTERM, restart=1),
    "soak": partial(soak, cameras=1000, interval=5, cycles=288),
}


AWS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}


def main() -> None:
    os.environ.update(AWS)  # for the bucket of the scenarios, which takes whatever is put
    logging.getLogger("cameras").setLevel(logging.CRITICAL)
    rows: list[Row] = []
    broken = []
    for name in sys.argv[1:] or FULL:
        try:
            asyncio.run(_run(name, rows))
        except AssertionError as error:
            broken.append(f"BROKEN: {name}: {error}")
    broken += [
        f"BROKEN: {row.scenario}: {row.lost} lost, {row.errors} errors" for row in rows if row.lost or row.errors
    ]
    widths = [max(len(str(cell)) for cell in column) for column in zip(Row._fields, *rows, strict=True)]
    for row in [Row._fields, *rows]:
        print("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    sys.exit("\n".join(broken) or 0)


async def _run(name: str, rows: list[Row]) -> None:
    """What is found before a promise breaks is in the table, too."""
    print(f"{name} …", file=sys.stderr, flush=True)
    scenario = FULL[name]()
    if isinstance(scenario, Iterator):
        rows.extend(scenario)
    else:
        async for row in scenario:
            rows.append(row)  # noqa: PERF401


if __name__ == "__main__":
    main()
