"""`python -m tests.benchmark.punctual COUNT HANGING INTERVAL CYCLES RAMP PORT BUCKET` watches COUNT cameras, every
tenth of them hanging if HANGING is yes. Prints the lateness of the healthy ones' slots in ms (p50, p99, max), slots
due and served, seconds until every healthy picture was fresh, and the maximum of starts within one second."""

import asyncio
import bisect
import logging
import socket
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace

from cameras.camera import Address
from cameras.store import open_store
from cameras.watch import Tick, camera_ticks
from tests.benchmark.servers import Servers
from tests.proof.measured import measured_fleet


async def main(count: int, hanging: bool, interval: float, cycles: int, ramp: bool, servers: Servers) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as unanswered:  # accepts connections, nothing more
        silent = Address("127.0.0.1", unanswered.getsockname()[1])
        cameras = servers.cameras(count)
        faulty = range(0, count, 10) if hanging else range(0)
        for number in faulty:
            cameras[number] = replace(cameras[number], address=silent)
        starts: list[float] = []
        async with (
            open_store("s3://bucket", servers.bucket) as store,
            measured_fleet(cameras, store, interval, interval * 0.9) as measured,
        ):

            def ticks(position: int) -> AsyncIterator[Tick]:
                healthy = position not in faulty
                if ramp:
                    slots = measured.measure(camera_ticks(position, interval), 2, interval, healthy)
                else:
                    slots = measured.slots(position, interval, cycles, healthy)
                return _record_starts(slots, starts)

            started = time.monotonic()
            watch = asyncio.create_task(measured.watch(ticks))
            while sum(bool(each.last_live) for each in measured.fleet.statuses) < count - len(faulty):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            fresh = time.monotonic() - started
            if ramp:  # the next slots are minutes away
                watch.cancel()
            await asyncio.wait([watch])
        served = sum(number for (_, state), number in measured.store.puts.items() if state == "live")
    late = f"{measured.late(0.5):.1f} {measured.late(0.99):.1f} {measured.late(1):.1f}"
    print(late, (count - len(faulty)) * cycles, served, f"{fresh:.1f}", _busiest(starts))


async def _record_starts(ticks: AsyncIterator[Tick], starts: list[float]) -> AsyncIterator[Tick]:
    async for tick in ticks:
        starts.append(time.monotonic())
        yield tick


def _busiest(starts: list[float]) -> int:
    starts.sort()
    return max(bisect.bisect(starts, start + 1) - place for place, start in enumerate(starts))


if __name__ == "__main__":
    count, hanging, interval, cycles, ramp, port, bucket = sys.argv[1:]
    logging.getLogger("cameras").setLevel(logging.CRITICAL)  # a line for each that hangs
    servers = Servers(int(port), bucket)
    asyncio.run(main(int(count), hanging == "yes", float(interval), int(cycles), ramp == "yes", servers))
