"""Fixtures only. All servers are real ones, on loopback ports that the system chose."""

import os
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import trustme

from cameras.camera import Camera
from cameras.connection import Client, Connection
from cameras.makes import Make, all_makes, find_make
from cameras.simulator import scene
from cameras.simulator.camera import SimulatedCamera
from cameras.thumbnail import thumbnail
from config import names
from tests.moto_server import moto_server
from tests.raw_server import RawServers
from tests.socrata_server import SocrataServer
from tests.typing import Asked, Get, RequestsOf, Serve, StartCamera

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

pytest_plugins = ["tests.alone"]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting, AWS account or .env of whoever runs the tests reaches them."""
    systemds = ["LOGS_DIRECTORY", "RUNTIME_DIRECTORY", "NOTIFY_SOCKET", "SETTINGS_FILE", "CREDENTIALS_DIRECTORY"]
    for name in [name for name in os.environ if name.startswith("AWS_")] + systemds:
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
    """A complete JPEG of 640 by 360 pixels."""
    return scene.draw("1  TEST ST / EXAMPLE AVE", "1", 0.0, "2026-01-01 00:00:00")


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def get(client: Client) -> Get:
    """get(camera, target, ...) is `Connection.get`, in a connection of its own."""

    async def get(camera: Camera, *targets: str) -> bytes:
        async with Connection(camera, client) as connection:
            return await connection.get(*targets)

    return get


@pytest.fixture
async def simulated() -> AsyncIterator[StartCamera]:
    """simulated(make, ...) starts a SimulatedCamera with these arguments."""
    async with AsyncExitStack() as stack:

        def start(*args: Any, **kwargs: Any) -> Awaitable[SimulatedCamera]:
            return stack.enter_async_context(SimulatedCamera(*args, **kwargs))

        yield start


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """serve(answer) starts a server that sends `answer(head of the request)`; serve.requests are these heads."""
    async with AsyncExitStack() as stack:
        yield RawServers(stack)


@pytest.fixture
def requests_of(simulated: StartCamera, client: Client) -> RequestsOf:
    """requests_of(make) fetches one picture and returns the camera's requests: target, and scheme of the login."""

    async def fetch(make: Make) -> list[str]:
        camera = await simulated(make.name)
        await thumbnail(camera.entry, make.fetch, client, timeout=10)
        return [f"{each.target} {_scheme(each.headers.get('authorization', ''))}".strip() for each in camera.requests]

    return fetch


@pytest.fixture
def asked(requests_of: RequestsOf) -> Asked:
    """As requests_of, by the name of the make."""
    return lambda name: requests_of(find_make(name))


def _scheme(authorization: str) -> str:
    scheme, _, rest = authorization.partition(" ")
    algorithm = re.search(r"algorithm=([\w-]+)", rest)
    return f"{scheme} {algorithm[1]}" if algorithm else scheme


@pytest.fixture(scope="session")
def s3_url() -> Iterator[str]:
    """moto's S3 server."""
    with moto_server() as url:
        yield url


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
def socrata(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SocrataServer]:
    """An HTTPS server that speaks as Socrata does; its authority is trusted through REQUESTS_CA_BUNDLE."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(tls)
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))
    with SocrataServer(tls) as server:
        yield server
