from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from cameras.errors import ConfigError
from cameras.storage.aws_client import open_client
from tests.storage.endpoint import BUSY, DROP, OK, endpoint, http

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

PLACE: Any = {"Bucket": "pictures", "Key": "state.json"}


async def test_what_was_put_can_be_got(s3: "S3Client", s3_url: str) -> None:
    async with open_client("s3", s3_url) as aws:
        await aws.client.put_object(**PLACE, Body=b"{}")
        found = await aws.client.get_object(**PLACE)
        assert await found["Body"].read() == b"{}"
        assert found["ETag"] == s3.head_object(**PLACE)["ETag"]


async def test_a_conditional_put_fails_when_the_object_has_changed(s3: "S3Client", s3_url: str) -> None:
    async with open_client("s3", s3_url) as aws:
        made = await aws.client.put_object(**PLACE, Body=b"1", IfNoneMatch="*")
        with pytest.raises(ClientError, match="PreconditionFailed"):
            await aws.client.put_object(**PLACE, Body=b"2", IfNoneMatch="*")
        await aws.client.put_object(**PLACE, Body=b"3", IfMatch=made["ETag"])
        with pytest.raises(ClientError, match="PreconditionFailed"):
            await aws.client.put_object(**PLACE, Body=b"4", IfMatch=made["ETag"])
    assert s3.get_object(**PLACE)["Body"].read() == b"3"


async def test_an_object_is_read_in_pieces(s3: "S3Client", s3_url: str) -> None:
    s3.put_object(**PLACE, Body=b"abc")
    async with open_client("s3", s3_url) as aws, (await aws.client.get_object(**PLACE))["Body"] as body:
        assert [piece async for piece in body.iter_chunks(2)] == [b"ab", b"c"]


async def test_a_missing_object_is_an_error_of_botocore(s3: "S3Client", s3_url: str) -> None:
    async with open_client("s3", s3_url) as aws:
        with pytest.raises(aws.client.exceptions.NoSuchKey):
            await aws.client.get_object(**PLACE)


@pytest.mark.parametrize("first", [BUSY, DROP])
async def test_what_is_transient_is_tried_again(first: bytes) -> None:
    """With its body, which botocore gives as a file, and without asking first whether it may come."""
    async with endpoint(first, OK) as there, open_client("s3", there.url) as aws:
        await aws.client.put_object(**PLACE, Body=b"abc")
    assert len(there.heads) == 2
    for head in there.heads:
        assert b"\r\nContent-Length: 3\r\n" in head
        assert b"expect" not in head.lower()


@pytest.mark.parametrize("service", ["s3", "ssm", "cloudfront"])
async def test_a_redirect_is_an_error_and_not_followed(service: str) -> None:
    async with endpoint(OK) as elsewhere:
        redirect = http("301 Moved", extra=b"Location: %s/\r\nConnection: close\r\n" % elsewhere.url.encode())
        async with endpoint(redirect) as there, open_client(service, there.url) as aws:
            calls = {
                "s3": lambda: aws.client.get_object(**PLACE),
                "ssm": lambda: aws.client.get_parameter(Name="x"),
                "cloudfront": lambda: aws.client.list_distributions(),
            }
            with pytest.raises(BotoCoreError, match=r"redirected elsewhere \(301\)"):
                await calls[service]()
    assert (len(there.heads), len(elsewhere.heads)) == (1, 0)


async def test_an_answer_that_is_too_large_is_an_error_and_not_tried_again() -> None:
    async with endpoint(http("200 OK", b"x" * 101)) as there:
        async with open_client("s3", there.url, answer_limit=100) as aws:
            with pytest.raises(BotoCoreError, match="an answer of more than 100 bytes"):
                await aws.client.get_object(**PLACE)
        async with open_client("s3", there.url, answer_limit=101) as aws:
            assert await (await aws.client.get_object(**PLACE))["Body"].read() == b"x" * 101
    assert len(there.heads) == 2


async def test_an_unchanged_object_is_an_error_of_botocore_and_no_redirect() -> None:
    async with endpoint(http("304 Not Modified")) as there, open_client("s3", there.url) as aws:
        with pytest.raises(ClientError, match="304"):
            await aws.client.get_object(**PLACE, IfNoneMatch='"x"')


async def test_the_region_may_be_given() -> None:
    async with endpoint(OK) as there, open_client("s3", there.url, region="eu-west-1") as aws:
        await aws.client.put_object(**PLACE)
    assert b"/eu-west-1/s3/aws4_request" in there.heads[0]


async def test_an_unknown_service_is_an_error_of_the_settings() -> None:
    with pytest.raises(ConfigError, match="AWS settings"):
        async with open_client("nowhere"):
            pass
