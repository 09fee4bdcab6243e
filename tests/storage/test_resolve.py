"""The URL and region of a put are those of an unmodified aiobotocore client."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
from aiobotocore.awsrequest import AioAWSResponse
from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from hypothesis import given, settings
from hypothesis import strategies as some

from cameras.errors import ConfigError
from cameras.storage.s3 import open_bucket
from tests.storage.endpoint import KEPT_OK, OK, endpoint


class Theirs:
    """aiobotocore's own client, whose requests are recorded and not sent."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.url = ""
        self.region = ""
        client.meta.events.register("before-send.s3.PutObject", self.record)

    def record(self, request: AWSPreparedRequest, **_: object) -> AioAWSResponse:
        self.url = str(request.url)
        self.region = str(request.headers["Authorization"]).split("/")[2]
        return AioAWSResponse(self.url, 200, HTTPHeaders(), _Empty())

    async def asked(self, bucket: str, key: str) -> str:
        await self.client.put_object(Bucket=bucket, Key=key)
        return self.url


class _Empty:
    async def read(self) -> bytes:
        return b""


@asynccontextmanager
async def theirs(endpoint_url: str | None) -> AsyncIterator[Theirs]:
    config = AioConfig(s3={"addressing_style": "path"}) if endpoint_url else AioConfig()
    async with get_session().create_client("s3", endpoint_url=endpoint_url, config=config) as client:
        yield Theirs(client)


@pytest.mark.parametrize("bucket", ["pictures", "my.pictures"])
@pytest.mark.parametrize(
    "setting",
    [
        {"AWS_DEFAULT_REGION": "us-east-1"},
        {"AWS_DEFAULT_REGION": "eu-west-1"},
        {"AWS_DEFAULT_REGION": "us-gov-west-1"},
        {"AWS_DEFAULT_REGION": "cn-north-1"},
        {"AWS_DEFAULT_REGION": "aws-global"},
        {"AWS_DEFAULT_REGION": "us-west-2", "AWS_USE_DUALSTACK_ENDPOINT": "true"},
        {"AWS_DEFAULT_REGION": "us-west-2", "AWS_USE_FIPS_ENDPOINT": "true"},
        {"AWS_DEFAULT_REGION": "us-gov-east-1", "AWS_USE_FIPS_ENDPOINT": "true", "AWS_USE_DUALSTACK_ENDPOINT": "true"},
        {"AWS_ENDPOINT_URL_S3": "https://s3.example.org"},
        {"endpoint": "http://127.0.0.1:9000"},
        {"endpoint": "http://[::1]:9000"},
        {"endpoint": "https://s3.example.org"},
        {"endpoint": "https://example.org/path/of/s3"},
        {"endpoint": "https://example.org/path/"},
    ],
    ids=lambda setting: " ".join(setting.values()),
)
async def test_a_put_goes_where_aiobotocore_would_send_it(
    bucket: str, setting: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in setting.keys() - {"endpoint"}:
        monkeypatch.setenv(name, setting[name])
    endpoint_url = setting.get("endpoint")
    async with theirs(endpoint_url) as their, open_bucket(f"s3://{bucket}", endpoint_url) as ours:
        assert f"{ours.url}image/1.jpg" == await their.asked(bucket, "image/1.jpg")
        assert ours.signing["region"] == their.region


@pytest.mark.parametrize("endpoint_url", [None, "http://127.0.0.1:9000"])
@pytest.mark.parametrize("prefix", ["prefix/", "a b/straße/ünï/", "+&=~'(f)!*,;:@$/", "100%/%41/../x/", "x//x/"])
async def test_a_prefix_is_quoted_as_aiobotocore_does(prefix: str, endpoint_url: str | None) -> None:
    async with theirs(endpoint_url) as their, open_bucket(f"s3://pictures/{prefix}", endpoint_url) as ours:
        assert f"{ours.url}image/1.jpg" == await their.asked("pictures", f"{prefix}image/1.jpg")


def test_every_legal_camera_id_goes_where_aiobotocore_would_send_it(clean_environment: None) -> None:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        there = runner.run(stack.enter_async_context(endpoint(KEPT_OK)))
        their = runner.run(stack.enter_async_context(theirs(there.url)))
        ours = runner.run(stack.enter_async_context(open_bucket("s3://pictures", there.url)))

        @settings(deadline=None)
        @given(some.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", fullmatch=True))
        def check(id: str) -> None:
            runner.run(ours.put(f"image/{id}.jpg", b"x", {}))
            url = runner.run(their.asked("pictures", f"image/{id}.jpg"))
            assert there.heads[-1].split()[1].decode() == url.removeprefix(there.url)

        check()
        runner.run(stack.aclose())


@pytest.mark.parametrize("key", ["a b", "ü", "%41", "+", "a//b", "../x", "?a=b#c"])
async def test_any_key_is_quoted_as_aiobotocore_does(key: str) -> None:
    async with endpoint(OK) as there, theirs(there.url) as their, open_bucket("s3://pictures", there.url) as ours:
        await ours.put(key, b"x", {})
        assert there.heads[0].split()[1].decode() == (await their.asked("pictures", key)).removeprefix(there.url)


async def test_a_bucket_name_that_s3_does_not_allow_ends_the_start() -> None:
    with pytest.raises(ConfigError, match=r"AWS settings: .*Invalid bucket name"):
        async with open_bucket("s3://with space"):
            pass
