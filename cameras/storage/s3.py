"""Objects in an S3 bucket: each put is one signed PUT, repeated within a deadline.

aiobotocore finds the endpoint and the credentials, botocore signs. aiobotocore's own put_object takes twice the CPU.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp
from aiobotocore.awsrequest import AioAWSResponse
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.config import Config

from cameras.errors import StoreError
from cameras.storage.aws_client import Aws, aws_settings, open_client
from cameras.storage.bounded_http import Answer
from cameras.storage.s3_errors import OVERLOADED, advice, sentence
from cameras.text import printable

ATTEMPTS = 3
UNSIGNED_PAYLOAD = Config(s3={"payload_signing_enabled": False})  # over plain HTTP as well, as botocore does


def jittered(attempt: int) -> float:
    """Seconds to wait after this attempt, at random: below 1 after the first, then 2, 4, ..."""
    return random.uniform(0, 2 ** (attempt - 1))  # noqa: S311


@dataclass
class Bucket:
    name: str  # s3://bucket/prefix/
    url: str  # to which keys are appended
    signing: Mapping[str, str]  # region and signing_name
    aws: Aws
    deadline: float  # seconds, for all attempts of a put
    pause: Callable[[int], float]  # seconds to wait after the n-th attempt

    def __str__(self) -> str:
        return f"bucket {self.name}"

    async def put(self, key: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Replace an object; StoreError if that failed, or perhaps did.

        Returns how many attempts were sent and not answered, or only by a gateway: the store may still apply them, over
        what was put after them. The error's `unanswered` is the same. What failed before the request had a connection
        (lookup, connect, TLS, a proxy's refusal, the wait for a free one) was not sent.
        """
        unanswered: list[str] = []
        deadline = asyncio.timeout(self.deadline)
        try:
            async with deadline:
                answer = await self._send(self.url + quote(key, safe="/~"), body, headers, unanswered)
        except Exception as error:  # whatever AWS's libraries or aiohttp raise is an outage of the store
            what = f"{printable(str(error), 200)}; check AWS credentials, region, endpoint and network"
            late = f"no answer within {self.deadline:g} s; check the network"
            raise StoreError(f"{self}: {late if deadline.expired() else what}", len(unanswered)) from error
        if advice(answer):
            raise StoreError(f"{self}: {sentence(answer)}", len(unanswered))
        return len(unanswered)

    async def _send(self, url: str, body: bytes, headers: Mapping[str, str], unanswered: list[str]) -> Answer:
        """The first answer that is not transient, or the last attempt's."""
        for attempt in range(1, ATTEMPTS):
            with suppress(aiohttp.ClientConnectionError, aiohttp.ClientPayloadError):
                answer = await self._attempt(url, body, headers, unanswered)
                if advice(answer) != OVERLOADED:
                    return answer
            await asyncio.sleep(self.pause(attempt))
        return await self._attempt(url, body, headers, unanswered)

    async def _attempt(self, url: str, body: bytes, headers: Mapping[str, str], unanswered: list[str]) -> Answer:
        request = AWSRequest("PUT", url, headers)
        request.context["client_config"] = UNSIGNED_PAYLOAD
        credentials = await self.aws.credentials.get_frozen_credentials()
        S3SigV4Auth(credentials, self.signing["signing_name"], self.signing["region"]).add_auth(request)
        signed = dict(request.headers.items())
        answer = await self.aws.http.request("PUT", url, signed, body, lambda: unanswered.append(url))
        if answer.status not in (502, 504):  # a gateway gave up on a server that may still work on the request
            unanswered.pop()
        return answer


@asynccontextmanager
async def open_bucket(
    url: str, endpoint_url: str | None = None, *, deadline: float = 30.0, pause: Callable[[int], float] = jittered
) -> AsyncIterator[Bucket]:
    """`s3://bucket[/prefix]`. Raises as open_client."""
    name, _, folder = url.removeprefix("s3://").partition("/")
    prefix = f"{folder.strip('/')}/" if folder.strip("/") else ""
    async with open_client("s3", endpoint_url) as aws:
        with aws_settings():
            target, signing = await _resolve(aws.client, name, f"{prefix}x")
        yield Bucket(f"s3://{name}/{prefix}", target.removesuffix("x"), signing, aws, deadline, pause)


async def _resolve(client: Any, bucket: str, key: str) -> tuple[str, Mapping[str, str]]:
    """Where aiobotocore would put an object, and what it would sign with. The call ends when a handler of its
    `before-call` event returns an answer: nothing is signed or sent."""
    found: list[tuple[str, Mapping[str, str]]] = []

    def record(params: Mapping[str, Any], context: Mapping[str, Any], **_: object) -> tuple[AioAWSResponse, object]:
        found.append((params["url"], context["signing"]))
        return AioAWSResponse(params["url"], 200, HTTPHeaders(), None), {}

    client.meta.events.register_first("before-call.s3.PutObject", record)
    await client.put_object(Bucket=bucket, Key=key)
    return found[0]
