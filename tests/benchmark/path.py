"""The client under test, run as `python -m tests.benchmark.path CLIENT COUNT CAMERAS PORT BUCKET`: fetches COUNT stills
and puts each, then prints its own CPU seconds (user + system) and the seconds it took."""

import asyncio
import itertools
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cameras.camera import Camera
from tests.benchmark.servers import Servers

AT_ONCE = 20
KEYS = ["--aws-sigv4", "aws:amz:us-east-1:s3", "--user", "key:secret"]

One = Callable[[Camera], Awaitable[None]]


async def ours(servers: Servers, cameras: Iterator[Camera]) -> None:
    """The daemon's own path: thumbnail and put."""
    from cameras.connection import open_session
    from cameras.daemon import utc_now
    from cameras.metrics import Metrics
    from cameras.stores import open_store
    from cameras.thumbnail import thumbnail
    from cameras.uploads import Uploads

    async with open_session() as session, open_store("s3://bucket", servers.bucket) as store:
        uploads = Uploads(store, 300, Metrics())

        async def one(camera: Camera) -> None:
            image = await thumbnail(camera, session, 60)
            metadata = {"camera-id": camera.id, "captured-at": utc_now().isoformat(), "state": "live"}
            await uploads.put(f"image/{camera.id}.jpg", image, utc_now() + timedelta(seconds=300), metadata)

        await _all(one, cameras)


async def obvious(servers: Servers, cameras: Iterator[Camera]) -> None:
    """What one would write first: httpx, and an aiobotocore client with its defaults."""
    import httpx
    from aiobotocore.session import get_session

    store = get_session().create_client("s3", endpoint_url=servers.bucket)
    async with httpx.AsyncClient(timeout=60) as client, store as bucket:

        async def one(camera: Camera) -> None:
            answer = await client.get(f"http://{camera.address}/jpeg?id=2")
            answer.raise_for_status()
            await bucket.put_object(
                Bucket="bucket",
                Key=f"image/{camera.id}.jpg",
                Body=answer.content,
                ContentType="image/jpeg",
                Expires=datetime.now(UTC) + timedelta(seconds=300),
                Metadata={"camera-id": camera.id, "captured-at": datetime.now(UTC).isoformat(), "state": "live"},
            )

        await _all(one, cameras)


async def _all(one: One, cameras: Iterator[Camera]) -> None:
    async def work() -> None:
        for camera in cameras:
            await one(camera)

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(work())


def curl(servers: Servers, cameras: Iterator[Camera]) -> None:
    """libcurl, the practical limit: all fetches, then all signed puts."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        fetch, put = Path(folder) / "fetch", Path(folder) / "put"
        with fetch.open("w") as fetches, put.open("w") as puts:
            for number, camera in enumerate(cameras):
                file = f"{folder}/{number}.jpg"
                fetches.write(f'url = "http://{camera.address}/jpeg?id=2"\noutput = "{file}"\n')
                puts.write(
                    f'upload-file = "{file}"\nurl = "{servers.bucket}/bucket/image/{number}.jpg"\noutput = /dev/null\n'
                )
        parallel = ["curl", "--no-progress-meter", "--fail", "--parallel", "--parallel-max", str(AT_ONCE)]
        subprocess.run([*parallel, "--config", str(fetch)], check=True)
        subprocess.run([*parallel, *KEYS, "--header", "Content-Type: image/jpeg", "--config", str(put)], check=True)


def main(client: str, count: str, fleet: str, port: str, bucket: str) -> None:
    servers = Servers(int(port), bucket)
    cameras = itertools.islice(itertools.cycle(servers.cameras(int(fleet))), int(count))
    begun = time.monotonic()
    if client == "curl":
        curl(servers, cameras)
    else:
        asyncio.run({"ours": ours, "obvious": obvious}[client](servers, cameras))
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(sum(each.ru_utime + each.ru_stime for each in used), time.monotonic() - begun)


if __name__ == "__main__":
    main(*sys.argv[1:])
