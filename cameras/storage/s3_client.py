"""aiobotocore's S3 client, made fit for many small pictures. What each put costs is in PERFORMANCE.md."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

import aiohttp
from aiobotocore.config import AioConfig
from aiobotocore.httpsession import AIOHTTPSession
from aiobotocore.session import get_session
from botocore.exceptions import BotoCoreError, CredentialRetrievalError, MetadataRetrievalError
from botocore.handlers import add_expect_header, convert_body_to_file_like_object
from yarl import URL

from cameras.errors import ConfigError, StoreError
from cameras.net.bounded_body import read_body
from cameras.net.resolver import Resolver
from cameras.text import quoted

if TYPE_CHECKING:
    from types_aiobotocore_s3 import S3Client

ANSWER_LIMIT = 100_000  # bytes; to a put, S3 answers with none, or with an error of a few lines


@asynccontextmanager
async def open_client(endpoint_url: str | None) -> AsyncIterator["S3Client"]:
    """ConfigError if AWS's own settings make no sense, StoreError if there are no credentials now. A call raises what
    botocore and aiohttp raise, or Redirected; of an answer that does not end, botocore's HTTPClientError."""
    async with AsyncExitStack() as stack:
        session = get_session()
        try:
            found = await session.get_credentials()
            client = session.create_client("s3", endpoint_url=endpoint_url, config=_settings(endpoint_url))
            s3 = await stack.enter_async_context(client)
        except (CredentialRetrievalError, MetadataRetrievalError) as error:
            raise StoreError(f"AWS credentials: {quoted(str(error), 200)}; mend that, or start again later") from error
        except (BotoCoreError, ValueError) as error:  # a profile, region or file that does not exist or make sense
            raise ConfigError(f"AWS settings: {quoted(str(error), 200)}; mend the AWS_ variables or files") from error
        if not found:  # a client once made without them would never look for them again
            raise StoreError(
                "no AWS credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or wait for a role's"
            )
        _spare(s3)
        yield s3


def _settings(endpoint_url: str | None) -> AioConfig:
    """An S3-compatible server is addressed path-style: few of them have a host name for each bucket. The bytes of a
    picture are not signed: https keeps them whole on their way to S3, and from the camera most came over plain HTTP."""
    return AioConfig(
        connect_timeout=5,
        read_timeout=10,
        retries={"mode": "standard", "total_max_attempts": 3},
        max_pool_connections=50,
        http_session_cls=StrictSession,
        connector_args={"resolver": Resolver()},  # aiohttp's own would hold up the end of the process
        user_agent="cctv-images",  # botocore's own is built anew, twice, for each request
        parameter_validation=False,  # ours are always the same
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={"payload_signing_enabled": False, "addressing_style": "path" if endpoint_url else "auto"},
    )


def _spare(s3: "S3Client") -> None:
    """Leave out what botocore does for each put and a small picture does not need: to ask first whether it may come
    (Expect: 100-continue), to make a file of it for that, and to search for a bucket that has moved."""
    s3.meta.events.unregister("before-call.s3", add_expect_header)
    s3.meta.events.unregister("before-parameter-build.s3.PutObject", convert_body_to_file_like_object)
    s3.meta.events.register("before-call.s3.HeadBucket", _search_not)


class Redirected(Exception):
    """By something that does not say, as S3 does, in which region the bucket is."""


def _search_not(**_: object) -> None:
    """botocore would ask where the bucket is (HEAD), be redirected, ask again, and so on."""
    raise Redirected


class StrictSession(AIOHTTPSession):
    """botocore follows no redirect, aiohttp does: it would send the picture, and the session token, to another host and
    take its word that all is well. And neither bounds what it reads."""

    async def _get_session(self, proxy_url: str | None) -> SimpleNamespace:
        session = await super()._get_session(proxy_url)  # type: ignore[misc]  # its stubs leave it out
        return SimpleNamespace(request=partial(_request, session))


class AnswerTooLong(Exception):
    pass


class _Answer(NamedTuple):
    """What aiobotocore looks at in an answer of aiohttp's."""

    url: URL
    status: int
    raw_headers: Sequence[tuple[bytes, bytes]]
    body: bytes

    async def read(self) -> bytes:
        return self.body


async def _request(session: aiohttp.ClientSession, method: str, **given: Any) -> _Answer:
    async with session.request(method, allow_redirects=False, **given) as response:
        too_long = AnswerTooLong(f"an answer of more than {ANSWER_LIMIT:,} bytes")
        body = await read_body(response, ANSWER_LIMIT, too_long)
        return _Answer(response.url, response.status, response.raw_headers, body)
