"""A client under test, run as `python -m tests.benchmark.path CLIENT CAMERAS PORT BUCKET PACE`: for each number that it
reads it fetches so many stills and puts each, then prints its CPU seconds (user + system) and the seconds it took.
PACE is how many pictures it starts per second, 0: as fast as it can."""

import asyncio
import itertools
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cameras.camera import Camera
from tests.benchmark.servers import Servers

if TYPE_CHECKING:
    from botocore.config import Config
    from types_aiobotocore_s3 import S3Client

AT_ONCE = 20
CURL = ["curl", "--no-progress-meter", "--fail", "--parallel", "--parallel-max", str(AT_ONCE)]
SIGNED = ["--aws-sigv4", "aws:amz:us-east-1:s3", "--user", "key:secret", "--header", "Content-Type: image/jpeg"]

One = Callable[[Camera], Coroutine[None, None, None]]
Batches = Callable[[One, Iterator[Camera]], Awaitable[None]]


async def ours(servers: Servers, cameras: Iterator[Camera], batches: Batches) -> None:
    """The service's own path: thumbnail and put."""
    from cameras.commands.wiring import picture_fetcher, utc_now
    from cameras.connection import Client
    from cameras.service.metrics import Metrics
    from cameras.store import Upload, Uploads, open_store

    async with open_store("s3://bucket", servers.bucket) as store:
        uploads, fetch = Uploads(store, 300, Metrics()), picture_fetcher(Client(), 60)

        async def one(camera: Camera) -> None:
            image = await fetch(camera)
            now = utc_now()
            await uploads.put(Upload(camera, image, "live", now, now + timedelta(seconds=300)))

        await batches(one, cameras)


async def bare(servers: Servers, cameras: Iterator[Camera], batches: Batches) -> None:
    """aiohttp GET plus PUT signed by botocore: no deadline, validation, second attempt or metrics."""
    import aiohttp
    from botocore.config import Config

    connector, unsigned = aiohttp.TCPConnector(limit=0, force_close=True), Config(s3={"payload_signing_enabled": False})
    async with aiohttp.ClientSession(connector=connector) as session, aiohttp.ClientSession() as bucket:

        async def one(camera: Camera) -> None:
            async with session.get(f"http://{camera.address}/jpeg?id=2") as answer:
                image = await answer.read()
            url = f"{servers.bucket}/bucket/image/{camera.id}.jpg"
            async with bucket.put(url, data=image, headers=_signed(url, camera, unsigned)) as answer:
                answer.raise_for_status()

        await batches(one, cameras)


def _signed(url: str, camera: Camera, config: "Config") -> dict[str, str]:
    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import ReadOnlyCredentials

    now = datetime.now(UTC)
    headers = {"Content-Type": "image/jpeg", "Expires": formatdate(now.timestamp() + 300, usegmt=True)}
    metadata = {"camera-id": camera.id, "captured-at": now.isoformat(), "state": "live"}
    request = AWSRequest("PUT", url, headers | {f"x-amz-meta-{name}": value for name, value in metadata.items()})
    request.context["client_config"] = config
    S3SigV4Auth(ReadOnlyCredentials("key", "secret", None), "s3", "us-east-1").add_auth(request)
    return dict(request.headers.items())


async def obvious(servers: Servers, cameras: Iterator[Camera], batches: Batches) -> None:
    """The obvious choice: httpx, and an aiobotocore client with its defaults."""
    import httpx
    from aiobotocore.session import get_session

    store = get_session().create_client("s3", endpoint_url=servers.bucket)
    async with httpx.AsyncClient(timeout=60) as client, store as bucket:

        async def one(camera: Camera) -> None:
            answer = await client.get(f"http://{camera.address}/jpeg?id=2")
            answer.raise_for_status()
            await _put(bucket, camera, answer.content)

        await batches(one, cameras)


async def _put(bucket: "S3Client", camera: Camera, image: bytes) -> None:
    now = datetime.now(UTC)
    await bucket.put_object(
        Bucket="bucket",
        Key=f"image/{camera.id}.jpg",
        Body=image,
        ContentType="image/jpeg",
        Expires=now + timedelta(seconds=300),
        Metadata={"camera-id": camera.id, "captured-at": now.isoformat(), "state": "live"},
    )


async def read_batches(pace: float, one: One, cameras: Iterator[Camera]) -> None:
    """A batch for each number that comes in."""
    while line := await asyncio.to_thread(sys.stdin.readline):
        cpu, start = _cpu(), time.monotonic()
        chosen = itertools.islice(cameras, int(line))
        await (paced_batch(pace, one, chosen) if pace else batch(one, chosen))
        print(_cpu() - cpu, time.monotonic() - start, flush=True)


async def batch(one: One, cameras: Iterator[Camera]) -> None:
    """As fast as possible."""

    async def work() -> None:
        for camera in cameras:
            await one(camera)

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(work())


async def paced_batch(pace: float, one: One, cameras: Iterator[Camera]) -> None:
    """`pace` pictures per second, evenly, as the service does with the slots of its cameras."""
    start = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for number, camera in enumerate(cameras):
            await asyncio.sleep(start + number / pace - time.monotonic())
            group.create_task(one(camera))


def curl(servers: Servers, cameras: Iterator[Camera]) -> None:
    """libcurl, the practical limit: all fetches, then all signed puts, as fast as possible. The cost of starting it,
    measured with a single picture, is subtracted."""
    for line in sys.stdin:
        cpu, start = _cpu(), time.monotonic()
        _fetch_and_put(servers, list(itertools.islice(cameras, 1)))
        cost_of_one = _cpu() - cpu
        _fetch_and_put(servers, list(itertools.islice(cameras, int(line) + 1)))
        print(_cpu() - cpu - 2 * cost_of_one, time.monotonic() - start, flush=True)


def _fetch_and_put(servers: Servers, cameras: list[Camera]) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        fetches, puts = Path(folder) / "fetches", Path(folder) / "puts"
        fetches.write_text(
            "".join(f'url = "http://{each.address}/jpeg?id=2"\noutput = "{folder}/{each.id}.jpg"\n' for each in cameras)
        )
        puts.write_text(
            "".join(
                f'upload-file = "{folder}/{each.id}.jpg"\nurl = "{servers.bucket}/bucket/image/{each.id}.jpg"\n'
                "output = /dev/null\n"
                for each in cameras
            )
        )
        subprocess.run([*CURL, "--config", str(fetches)], check=True)
        subprocess.run([*CURL, *SIGNED, "--config", str(puts)], check=True)


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def main(client: str, fleet: str, port: str, bucket: str, pace: str) -> None:
    servers = Servers(int(port), bucket)
    cameras = itertools.cycle(servers.cameras(int(fleet)))
    if client == "curl":
        curl(servers, cameras)
    else:
        batches = partial(read_batches, float(pace))
        asyncio.run({"ours": ours, "bare": bare, "obvious": obvious}[client](servers, cameras, batches))


if __name__ == "__main__":
    main(*sys.argv[1:])
