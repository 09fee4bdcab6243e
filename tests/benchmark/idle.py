"""`python -m tests.benchmark.idle COUNT` prints the resident memory, in bytes, of a service.

Its COUNT cameras wait for their first slot.
"""

import asyncio
import gc
import os
import sys
from pathlib import Path

import process_images  # noqa: F401  all that the service loads
from cameras.camera import Address, Camera
from cameras.camera_list.camera_list import CameraList
from cameras.commands.wiring import open_watcher, utc_now
from cameras.status_page import open_page
from cameras.values import Listen
from cameras.watch.fleet import Fleet
from cameras.watch.ticks import periodic
from config import Config


async def main(count: int) -> None:
    config = Config(store="s3://bucket")
    cameras = [Camera(str(n), "Sarix", Address(f"10.{n // 65536}.{n // 256 % 256}.{n % 256}")) for n in range(count)]
    async with open_watcher(config) as watcher:
        fleet = Fleet(CameraList(cameras, {}, utc_now()), watcher.uploads, 300, utc_now)
        watcher.metrics.registry.register(fleet)
        async with open_page(fleet, watcher.metrics.registry, Listen("127.0.0.1", 0)):
            waiting = [asyncio.create_task(watcher.watch(each, periodic(300, slot=3600))) for each in fleet.statuses]
            await asyncio.sleep(0.5)
            gc.collect()
            print(int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE"))
            for task in waiting:
                task.cancel()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
