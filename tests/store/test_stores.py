import asyncio
import json
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cameras.errors import StoreError
from cameras.store import s3_store
from cameras.store.store import open_store

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

EXPIRES = datetime(2026, 3, 5, 14, 7, 9, tzinfo=UTC)
METADATA = {"camera-id": "1", "captured-at": "2026-03-05T14:02:09+00:00", "state": "live"}


async def test_an_object_has_its_type_its_expiry_and_its_metadata(s3: "S3Client", s3_url: str, picture: bytes) -> None:
    async with open_store("s3://pictures/some/folder/", s3_url) as store:
        await store.put("image/1.jpg", picture, EXPIRES, METADATA)
    found = s3.get_object(Bucket="pictures", Key="some/folder/image/1.jpg")
    headers = found["ResponseMetadata"]["HTTPHeaders"]
    assert found["Body"].read() == picture
    assert headers["content-type"] == "image/jpeg"
    assert headers["expires"] == "Thu, 05 Mar 2026 14:07:09 GMT"
    assert found["Metadata"] == METADATA


async def test_without_a_prefix_the_name_is_the_key(s3: "S3Client", s3_url: str) -> None:
    async with open_store("s3://pictures", s3_url) as store:
        await store.put("image/1.jpg", b"x", EXPIRES, METADATA)
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket="pictures")["Contents"]] == ["image/1.jpg"]


async def test_a_missing_bucket_is_named(s3: "S3Client", s3_url: str) -> None:
    async with open_store("s3://nowhere", s3_url) as store:
        with pytest.raises(StoreError, match=r"bucket s3://nowhere/: 'NoSuchBucket'; check STORE"):
            await store.put("image/1.jpg", b"x", EXPIRES, METADATA)


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ("", "no AWS credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or wait"),
        ("credential_process = false", "AWS credentials: .*; mend that, or start again later"),
    ],
)
async def test_without_credentials_at_the_start_it_ends_and_may_be_started_again(
    config: str, sentence: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A client made without them would never look for them again, and a role's may be there a moment later."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    (tmp_path / "config").write_text(f"[default]\n{config}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    with pytest.raises(StoreError, match=sentence) as caught:
        async with open_store("s3://pictures"):
            pass
    assert caught.value.exit_status == 1


@asynccontextmanager
async def _bucket_that_says(answer: bytes | None) -> AsyncIterator[tuple[str, list[bytes]]]:
    """An endpoint that answers every request with `answer`, or never; and the heads of the requests that it read."""
    asked: list[bytes] = []
    connections: set[asyncio.Task[None]] = set()

    async def speak(reader: asyncio.StreamReader, stream: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        connections.add(task)
        try:
            if answer is None:
                await asyncio.Event().wait()
            elif answer:
                asked.append(await reader.readuntil(b"\r\n\r\n"))
                stream.write(answer)
        except asyncio.CancelledError:
            pass
        finally:
            stream.close()

    async with await asyncio.start_server(speak, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked
        server.close()
        for task in connections:
            task.cancel()


def _http(status: str, body: bytes = b"", extra: bytes = b"") -> bytes:
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n%sConnection: close\r\n\r\n%s" % (
        status.encode(),
        len(body),
        extra,
        body,
    )


def _error(code: str) -> bytes:
    return b"<Error><Code>%s</Code></Error>" % code.encode()


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (_http("403 Forbidden", _error("AccessDenied")), "'AccessDenied'; allow s3:PutObject"),
        (_http("400 Bad Request", _error("ExpiredToken")), "'ExpiredToken'; renew the AWS credentials"),
        (_http("403 Forbidden", _error("RequestTimeTooSkewed")), "set this machine's clock"),
        (_http("500 Error", _error("InternalError")), "'InternalError'; it is overloaded or out"),
        (_http("503 Slow Down", _error("SlowDown")), "'SlowDown'; it is overloaded or out"),
        (_http("503 Out"), "'503'; it is overloaded or out"),
        (
            _http("301 Moved", _error("PermanentRedirect"), b"x-amz-bucket-region: eu-west-1\r\n"),
            "check AWS_DEFAULT_REGION",
        ),
        (_http("400 Bad Request", b"<Error><Code><x/></Code></Error>"), "s3://pictures"),
        (_http("400 Bad Request", b"<Error><Code/></Error>"), "s3://pictures"),
        (_http("200 OK", b"", b"x-amz-object-size: notanumber\r\n"), "s3://pictures"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"4000\r\n%s\r\n" % (b"x" * 0x4000) * 9,
            "an answer of more than 100,000 bytes",
        ),
        (b"garbage\r\n\r\n", "check AWS credentials, region, endpoint and network"),
        (b"", "check AWS credentials, region, endpoint and network"),
    ],
)
async def test_what_a_bucket_answers_becomes_a_sentence_for_the_operator(answer: bytes, sentence: str) -> None:
    async with _bucket_that_says(answer) as (url, _), open_store("s3://pictures", url) as store:
        with pytest.raises(StoreError) as caught:
            await store.put("image/1.jpg", b"x", EXPIRES, METADATA)
    assert sentence in str(caught.value)
    assert "test-secret" not in str(caught.value)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary Redirect"])
async def test_a_redirect_is_not_followed(status: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the picture nor the session token goes to another host, and its 200 is not taken for the bucket's."""
    monkeypatch.setenv("AWS_SESSION_TOKEN", "test-token")
    async with _bucket_that_says(_http("200 OK")) as (elsewhere, asked):
        redirect = _http(status, extra=b"Location: %s/\r\n" % elsewhere.encode())
        async with _bucket_that_says(redirect) as (url, questions), open_store("s3://pictures", url) as store:
            with pytest.raises(StoreError, match="check AWS_DEFAULT_REGION and AWS_ENDPOINT_URL"):
                await store.put("image/1.jpg", b"x", EXPIRES, METADATA)
    assert (len(questions), len(asked)) == (1, 0)


async def test_a_put_is_one_request_that_asks_nothing_first() -> None:
    async with _bucket_that_says(_http("200 OK")) as (url, asked), open_store("s3://pictures", url) as store:
        await store.put("image/1.jpg", b"x", EXPIRES, METADATA)
    (head,) = asked
    assert head.startswith(b"PUT /pictures/image/1.jpg HTTP/1.1\r\n")
    assert b"\r\nX-Amz-Content-SHA256: UNSIGNED-PAYLOAD\r\n" in head
    assert b"expect" not in head.lower()


async def test_a_transient_error_is_tried_again() -> None:
    async with (
        _bucket_that_says(_http("503 Slow Down", _error("SlowDown"))) as (url, asked),
        open_store("s3://pictures", url) as store,
    ):
        with pytest.raises(StoreError):
            await store.put("image/1.jpg", b"x", EXPIRES, METADATA)
    assert len(asked) == 3


async def test_a_hanging_bucket_is_left_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_store, "PUT_DEADLINE", 0.2)
    async with _bucket_that_says(None) as (url, _), open_store("s3://pictures", url) as store:
        with pytest.raises(StoreError, match=r"no answer within 0\.2 s"):
            await store.put("image/1.jpg", b"x", EXPIRES, METADATA)


async def test_a_hanging_lookup_of_the_bucket_holds_up_neither_the_put_nor_the_end_of_the_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    released = threading.Event()
    monkeypatch.setattr(s3_store, "PUT_DEADLINE", 0.2)
    monkeypatch.setattr("socket.getaddrinfo", lambda *_: released.wait(30) and [])
    async with open_store("s3://pictures", "http://bucket.example.org") as store:
        with pytest.raises(StoreError, match=r"no answer within 0\.2 s"):
            await store.put("image/1.jpg", b"x", EXPIRES, METADATA)
    async with asyncio.timeout(10):
        await asyncio.get_running_loop().shutdown_default_executor()  # as asyncio.run does at the end
    released.set()


async def test_credentials_that_cannot_be_renewed_are_an_outage_and_not_a_bug(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """aiobotocore raises RuntimeError for a role's credentials that come already expired, or so our clock says."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    old = {"Version": 1, "AccessKeyId": "a", "SecretAccessKey": "s", "Expiration": "2026-03-05T14:00:00Z"}
    (tmp_path / "old.json").write_text(json.dumps(old))
    (tmp_path / "config").write_text(f"[default]\ncredential_process = cat {tmp_path / 'old.json'}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    async with _bucket_that_says(None) as (url, _), open_store("s3://pictures", url) as store:
        with pytest.raises(StoreError, match=r"still expired.*check AWS credentials"):
            await store.put("image/1.jpg", b"x", EXPIRES, METADATA)
