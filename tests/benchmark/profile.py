"""`python -m tests.benchmark.profile PORT BUCKET` prints the time that our own path spends in some functions, by
cProfile, including all that they call."""

import asyncio
import cProfile
import itertools
import pstats
import sys
from collections.abc import Iterator

from cameras.camera import Camera
from tests.benchmark.path import One, batch, ours
from tests.benchmark.servers import Servers

PICTURES = 2000
PARTS = {
    "fetch: our deadline, login and validation": ("cameras/thumbnail.py", "thumbnail"),
    "– of this, aiohttp": ("aiohttp/client.py", "__aenter__"),
    "– of this, validation of the JPEG": ("cameras/jpeg.py", "extract"),
    "put": ("cameras/storage/s3.py", "put"),
    "– of this, signing": ("botocore/auth.py", "add_auth"),
    "– of this, the HTTP session (aiohttp)": ("cameras/storage/bounded_http.py", "request"),
}


async def profiled(one: One, cameras: Iterator[Camera]) -> None:
    await batch(one, itertools.islice(cameras, 200))
    with cProfile.Profile() as profile:
        await batch(one, itertools.islice(cameras, PICTURES))
    found = pstats.Stats(profile)
    calls, seconds = found.total_calls, found.total_tt  # type: ignore[attr-defined]
    print(f"| {calls / PICTURES:,.0f} function calls per image | share of the time |\n| --- | --- |")
    for name, (file, function) in PARTS.items():
        spent = sum(times[3] for place, times in found.stats.items() if _is(place, file, function))  # type: ignore[attr-defined]
        print(f"| {name} | {spent / seconds:.0%} |")
    print()


def _is(place: tuple[str, int, str], file: str, function: str) -> bool:
    return place[0].endswith(file) and place[2] == function


if __name__ == "__main__":
    servers = Servers(int(sys.argv[1]), sys.argv[2])
    asyncio.run(ours(servers, itertools.cycle(servers.cameras(1000)), profiled))
