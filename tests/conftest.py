"""Fixtures only. All servers are real ones, on loopback ports that the system chose."""

import os
import re
import ssl
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import boto3
import pytest
import trustme

from cameras.connection import open_session
from cameras.makes import all_makes
from cameras.simulator import scene
from cameras.simulator.pretend import PretendCamera
from cameras.thumbnail import thumbnail
from config import names
from tests.pretend_socrata import PretendSocrata

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

pytest_plugins = ["tests.alone"]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting, AWS account or .env of whoever runs the tests reaches them."""
    for name in [name for name in os.environ if name.startswith("AWS_")] + ["LOGS_DIRECTORY", "NOTIFY_SOCKET"]:
        monkeypatch.delenv(name, raising=False)
    for name in names([make.prefix for make in all_makes()]):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test-key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test-secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def picture() -> bytes:
    """A whole JPEG of 640 by 360 pixels."""
    return scene.draw("1  TEST ST / EXAMPLE AVE", "1", 0.0, "2026-01-01 00:00:00")


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with open_session() as session:
        yield session


@pytest.fixture
async def pretend() -> AsyncIterator[Callable[..., Awaitable[PretendCamera]]]:
    """pretend(make, ...) starts a pretend camera."""
    async with AsyncExitStack() as stack:

        async def start(*args: Any, **kwargs: Any) -> PretendCamera:
            return await stack.enter_async_context(PretendCamera(*args, **kwargs))

        yield start


@pytest.fixture
def asked(
    pretend: Callable[..., Awaitable[PretendCamera]], session: aiohttp.ClientSession
) -> Callable[[str], Awaitable[list[str]]]:
    """asked(make) takes one picture and gives what the camera was asked for: targets, and the scheme of each login."""

    async def take(make: str) -> list[str]:
        camera = await pretend(make)
        await thumbnail(camera.camera, session, timeout=10)
        return [f"{each.target} {_scheme(each.headers.get('authorization', ''))}".strip() for each in camera.asked]

    return take


def _scheme(authorization: str) -> str:
    scheme, _, rest = authorization.partition(" ")
    algorithm = re.search(r"algorithm=([\w-]+)", rest)
    return f"{scheme} {algorithm[1]}" if algorithm else scheme


@pytest.fixture(scope="session")
def s3_url() -> Iterator[str]:
    """moto's S3 server, as a process of its own."""
    command = [sys.executable, "-c", "from moto.server import main; main()", "-H", "127.0.0.1", "-p", "0"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=environment
    ) as server:
        assert server.stderr
        for line in server.stderr:
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                break
        else:
            pytest.fail("moto's server did not start")
        reading = threading.Thread(target=server.stderr.read)  # a line for each request; a full pipe would stop it
        reading.start()
        yield found[0]
        server.terminate()
        reading.join()


@pytest.fixture
def s3(s3_url: str, clean_environment: None) -> Iterator["S3Client"]:
    """A client to look into the bucket `pictures`, which is empty."""
    client = boto3.client("s3", endpoint_url=s3_url)
    client.create_bucket(Bucket="pictures")
    yield client
    for entry in client.list_objects_v2(Bucket="pictures").get("Contents", []):
        client.delete_object(Bucket="pictures", Key=entry["Key"])
    client.close()


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def socrata(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PretendSocrata]:
    """An HTTPS server that speaks as Socrata does; its authority is trusted through REQUESTS_CA_BUNDLE."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(tls)
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))
    with PretendSocrata(tls) as server:
        yield server
