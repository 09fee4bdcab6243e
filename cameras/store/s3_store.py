"""A bucket as the store."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from cameras.errors import StoreError
from cameras.storage.s3_client import Redirected, open_client
from cameras.text import printable, quoted

if TYPE_CHECKING:
    from types_aiobotocore_s3 import S3Client

PUT_DEADLINE = 30.0  # seconds, retries included; by default a hanging bucket would hold a put for five minutes
HINTS = {
    **dict.fromkeys(
        ("500", "502", "503", "InternalError", "ServiceUnavailable", "SlowDown"), "it is overloaded or out; wait"
    ),
    "AccessDenied": "allow s3:PutObject on its image/ folder",
    "ExpiredToken": "renew the AWS credentials",
    "InvalidAccessKeyId": "check the AWS credentials",
    "NoSuchBucket": "check STORE",
    "PermanentRedirect": "check AWS_DEFAULT_REGION",
    "TemporaryRedirect": "check AWS_DEFAULT_REGION",
    "RequestTimeTooSkewed": "set this machine's clock",
    "SignatureDoesNotMatch": "check the AWS credentials",
}


class S3Store:
    """`prefix` is put before each name: "" or "some/folder/"."""

    def __init__(self, client: "S3Client", bucket: str, prefix: str) -> None:
        self.client = client
        self.bucket = bucket
        self.prefix = prefix

    def __str__(self) -> str:
        return f"bucket s3://{self.bucket}/{self.prefix}"

    async def put(self, name: str, content: bytes, expires: datetime, metadata: Mapping[str, str]) -> int:
        try:
            async with asyncio.timeout(PUT_DEADLINE):
                await self.client.put_object(
                    Bucket=self.bucket,
                    Key=self.prefix + name,
                    Body=content,
                    ContentType="image/jpeg",
                    Expires=expires,
                    Metadata=metadata,
                )
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code") or "unknown error")
            raise StoreError(f"{self}: {quoted(code)}; {HINTS.get(code, 'see the S3 error codes')}") from error
        except TimeoutError as error:
            raise StoreError(f"{self}: no answer within {PUT_DEADLINE:g} s; check the network") from error
        except Redirected as error:
            raise StoreError(f"{self}: redirects elsewhere; check AWS_DEFAULT_REGION and AWS_ENDPOINT_URL") from error
        except Exception as error:  # whatever AWS's libraries raise is an outage of the store, never the fleet's end
            detail = printable(str(error), 200)  # botocore quotes what it quotes
            raise StoreError(f"{self}: {detail}; check AWS credentials, region, endpoint and network") from error
        return 0


@asynccontextmanager
async def open_bucket(url: str, endpoint_url: str | None) -> AsyncIterator[S3Store]:
    """`s3://bucket[/prefix]`. ConfigError if AWS's own settings make no sense."""
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    async with open_client(endpoint_url) as client:
        yield S3Store(client, bucket, f"{prefix.strip('/')}/" if prefix.strip("/") else "")
