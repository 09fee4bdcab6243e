"""Where pictures go: an S3 bucket, or a folder."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Protocol

import aiohttp
from aiobotocore.config import AioConfig
from aiobotocore.httpsession import AIOHTTPSession
from aiobotocore.session import get_session
from botocore.exceptions import BotoCoreError, ClientError

from cameras.errors import ConfigError, StoreError, quote
from cameras.files import write_whole

if TYPE_CHECKING:
    from types_aiobotocore_s3 import S3Client

PUT_DEADLINE = 30.0  # seconds, retries included; by default a hanging bucket would hold a put for five minutes
MENDS = {
    "AccessDenied": "allow s3:PutObject on its image/ folder",
    "ExpiredToken": "renew the AWS credentials",
    "InvalidAccessKeyId": "check the AWS credentials",
    "NoSuchBucket": "check STORE",
    "PermanentRedirect": "check AWS_DEFAULT_REGION",
    "TemporaryRedirect": "check AWS_DEFAULT_REGION",
    "RequestTimeTooSkewed": "set this machine's clock",
    "SignatureDoesNotMatch": "check the AWS credentials",
}


class Store(Protocol):
    async def put(self, name: str, image: bytes, expires: datetime, metadata: Mapping[str, str]) -> None:
        """Replace the picture `name` at once and as a whole; StoreError if it cannot be done, or perhaps was not."""


class FolderStore:
    """Keeps the pictures alone: `expires` and `metadata` have no place in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._writers = ThreadPoolExecutor(4, "folder")  # not the default one, which slow DNS may fill

    def __str__(self) -> str:
        return f"folder {self.folder}"

    async def put(self, name: str, image: bytes, expires: datetime, metadata: Mapping[str, str]) -> None:  # noqa: ARG002
        try:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._writers, write_whole, self.folder / name, image)
        except OSError as error:
            raise StoreError(f"{self}: {error.strerror}; check its disk and permissions") from error


class S3Store:
    """`prefix` is put before each name: "" or "some/folder/"."""

    def __init__(self, client: "S3Client", bucket: str, prefix: str) -> None:
        self.client = client
        self.bucket = bucket
        self.prefix = prefix

    def __str__(self) -> str:
        return f"bucket s3://{self.bucket}/{self.prefix}"

    async def put(self, name: str, image: bytes, expires: datetime, metadata: Mapping[str, str]) -> None:
        try:
            async with asyncio.timeout(PUT_DEADLINE):
                await self.client.put_object(
                    Bucket=self.bucket,
                    Key=self.prefix + name,
                    Body=image,
                    ContentType="image/jpeg",
                    Expires=expires,
                    Metadata=metadata,
                )
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code") or "unknown error")
            raise StoreError(f"{self}: {quote(code)}; {MENDS.get(code, 'see the S3 error codes')}") from error
        except TimeoutError as error:
            raise StoreError(f"{self}: no answer within {PUT_DEADLINE:g} s; check the network") from error
        except Redirected as error:
            raise StoreError(f"{self}: redirects elsewhere; check AWS_DEFAULT_REGION and AWS_ENDPOINT_URL") from error
        except (BotoCoreError, aiohttp.ClientError, OSError, ValueError, TypeError, KeyError) as error:  # odd answers
            raise StoreError(f"{self}: {quote(str(error), 200)}; check AWS credentials, region and network") from error


class Redirected(Exception):
    """By something that does not say, as S3 does, in which region the bucket is."""


def _ask_nobody(**_: object) -> None:
    """botocore would ask where the bucket is (HEAD), be redirected, ask again, and so on."""
    raise Redirected


class NoRedirects(AIOHTTPSession):
    """botocore follows no redirect, aiohttp does: it would send the picture, and the session token, to another host and
    take its word that all is well."""

    async def _get_session(self, proxy_url: str | None) -> SimpleNamespace:
        session = await super()._get_session(proxy_url)  # type: ignore[misc]  # its stubs leave it out
        return SimpleNamespace(request=partial(session.request, allow_redirects=False))


@asynccontextmanager
async def open_store(url: str, endpoint_url: str | None = None) -> AsyncIterator[Store]:
    """`s3://bucket[/prefix]`, or else the path of a folder. ConfigError if AWS's own settings make no sense."""
    if not url.startswith("s3://"):
        yield FolderStore(Path(url))
        return
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    async with AsyncExitStack() as stack:
        try:
            client = get_session().create_client("s3", endpoint_url=endpoint_url, config=_client_config(endpoint_url))
            s3 = await stack.enter_async_context(client)
        except (BotoCoreError, ValueError) as error:  # a profile, region or file that does not exist or make sense
            raise ConfigError(f"AWS settings: {quote(str(error), 200)}; mend the AWS_ variables or files") from error
        s3.meta.events.register("before-call.s3.HeadBucket", _ask_nobody)
        yield S3Store(s3, bucket, f"{prefix.strip('/')}/" if prefix.strip("/") else "")


def _client_config(endpoint_url: str | None) -> AioConfig:
    """An S3-compatible server is addressed path-style: few of them have a host name for each bucket. What the puts cost
    is in PERFORMANCE.md. The bytes of a picture are not signed: https keeps them whole on their way to S3, and from the
    camera they mostly came over plain HTTP."""
    return AioConfig(
        connect_timeout=5,
        read_timeout=10,
        retries={"mode": "standard", "total_max_attempts": 3},
        max_pool_connections=50,
        http_session_cls=NoRedirects,
        user_agent="cctv-images",  # botocore's own is built anew, twice, for each request
        parameter_validation=False,  # ours are always the same
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={"payload_signing_enabled": False, "addressing_style": "path" if endpoint_url else "auto"},
    )
