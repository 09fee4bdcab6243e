"""An aiobotocore client for one of AWS's services, sent through BoundedHttp."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from typing import Any, NamedTuple

from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from botocore.exceptions import BotoCoreError, CredentialRetrievalError, MetadataRetrievalError

from cameras.errors import ConfigError, StoreError
from cameras.storage.bounded_http import ANSWER_LIMIT, BoundedHttp
from cameras.text import quoted


class Aws(NamedTuple):
    client: Any  # aiobotocore's client of one service
    credentials: Any  # aiobotocore's AioCredentials; `await get_frozen_credentials()` renews them when they end
    http: BoundedHttp  # what the client sends through


@asynccontextmanager
async def open_client(
    service: str, endpoint_url: str | None = None, *, region: str | None = None, answer_limit: int = ANSWER_LIMIT
) -> AsyncIterator[Aws]:
    """`service` is botocore's name for it: "s3", "cloudfront"; `region` overrides AWS's settings.

    ConfigError if AWS's own settings make no sense, StoreError if there are no credentials now. A call raises
    botocore's ClientError or BotoCoreError.
    """
    opened: list[BoundedHttp] = []

    def http_session(**settings: Any) -> BoundedHttp:
        opened.append(BoundedHttp(answer_limit=answer_limit, **settings))
        return opened[-1]

    session = get_session()
    async with AsyncExitStack() as stack:
        with aws_settings():
            credentials = await session.get_credentials()
            config = _config(endpoint_url, http_session)
            made = session.create_client(service, region, endpoint_url=endpoint_url, config=config)  # type: ignore[call-overload]  # its stubs know names, not strings
            client = await stack.enter_async_context(made)
        if not credentials:
            raise StoreError(
                "no AWS credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or wait for a role's"
            )
        yield Aws(client, credentials, opened[-1])


@contextmanager
def aws_settings() -> Iterator[None]:
    """What AWS's libraries raise while they read their settings, as a ConfigError or StoreError."""
    try:
        yield
    except (CredentialRetrievalError, MetadataRetrievalError) as error:
        raise StoreError(f"AWS credentials: {quoted(str(error), 200)}; fix that, or start again later") from error
    except (BotoCoreError, ValueError, OSError) as error:  # a profile, region, file or CA bundle that is not there
        raise ConfigError(f"AWS settings: {quoted(str(error), 200)}; fix the AWS_ variables or files") from error


def _config(endpoint_url: str | None, http_session: Any) -> AioConfig:
    """An S3-compatible server is addressed path-style: few of them have a host name for each bucket. The bytes of an
    object are not signed: https protects them on their way to S3, and from the camera most came over plain HTTP."""
    return AioConfig(
        connect_timeout=5,
        read_timeout=10,
        retries={"mode": "standard", "total_max_attempts": 3},
        max_pool_connections=50,
        http_session_cls=http_session,
        user_agent="cctv-images",  # botocore builds its own twice for each request
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={"payload_signing_enabled": False, "addressing_style": "path" if endpoint_url else "auto"},
    )
