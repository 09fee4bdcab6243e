import asyncio
import re
import socket
import ssl
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from cameras.errors import StoreError
from cameras.storage.s3 import Bucket, jittered, open_bucket
from tests.storage.endpoint import BUSY, DROP, HANG, KEPT_OK, OK, endpoint, error, http

HEADERS = {"Content-Type": "image/jpeg"}


@asynccontextmanager
async def bucket(url: str, deadline: float = 30.0) -> AsyncIterator[Bucket]:
    async with open_bucket("s3://pictures", url, deadline=deadline, pause=lambda _: 0) as opened:
        yield opened


async def put(url: str, deadline: float = 30.0) -> int:
    async with bucket(url, deadline) as opened:
        return await opened.put("image/1.jpg", b"x", HEADERS)


async def failure(url: str, deadline: float = 30.0) -> StoreError:
    with pytest.raises(StoreError) as caught:
        await put(url, deadline)
    return caught.value


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (http("403 Forbidden", error("AccessDenied")), "'AccessDenied'; allow s3:PutObject"),
        (http("400 Bad Request", error("ExpiredToken")), "'ExpiredToken'; renew the AWS credentials"),
        (http("403 Forbidden", error("RequestTimeTooSkewed")), "set this machine's clock"),
        (http("500 Error", error("InternalError")), "'InternalError'; it is overloaded or out"),
        (http("503 Slow Down", error("SlowDown")), "'SlowDown'; it is overloaded or out"),
        (http("503 Out"), "'503'; it is overloaded or out"),
        (http("502 Bad Gateway", b"<html>nginx</html>"), "'502'; it is overloaded or out"),
        (http("502 Bad Gateway", error("BadGateway")), "'BadGateway'; it is overloaded or out"),
        (http("429 Too Many Requests"), "'429'; it is overloaded or out"),
        (http("429 Too Many Requests", error("TooManyRequests")), "'TooManyRequests'; it is overloaded or out"),
        (http("408 Request Timeout"), "'408'; it is overloaded or out"),
        (http("400 Bad Request", error("RequestTimeout")), "'RequestTimeout'; it is overloaded or out"),
        (http("200 OK", error("InternalError")), "'InternalError'; it is overloaded or out"),
        (http("200 OK", b"<html>log in first"), "'200'; check AWS_ENDPOINT_URL and the network"),
        (http("301 Moved", extra=b"x-amz-bucket-region: eu-west-1\r\n"), "is in 'eu-west-1'; check AWS_DEFAULT_REGION"),
        (
            http("307 Redirect", error("TemporaryRedirect", "<Endpoint>pictures.s3.eu-west-1.example</Endpoint>")),
            "'TemporaryRedirect': the bucket is in 'pictures.s3.eu-west-1.example'; check AWS_DEFAULT_REGION",
        ),
        (
            http("400 Bad Request", error("AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>")),
            "the bucket is in 'eu-west-1'; check AWS_DEFAULT_REGION",
        ),
        (http("301 Moved", error("PermanentRedirect")), "'PermanentRedirect'; check AWS_DEFAULT_REGION"),
        (http("403 Forbidden", error("AccessDenied"), b"x-amz-bucket-region: eu-west-1\r\n"), "allow s3:PutObject"),
        (http("418 Teapot", error("Short and stout")), "'Short and stout'; see the S3 error codes"),
        (http("400 Bad Request", b"<Error><Code><x/></Code></Error>"), "s3://pictures"),
        (http("400 Bad Request", b"<Error><Code/></Error>"), "s3://pictures"),
        (
            http("400 Bad Request", b'<!DOCTYPE x [<!ENTITY a "b">]><Error><Code>&a;</Code></Error>'),
            "'&a;'; see the S3",
        ),
        (http("400 Bad Request", b"<Code>\x1b[31m</Code>"), r"'\x1b[31m'; see the S3"),
        (http("400 Bad Request", b"<Code>" * 16_000), "'400'; see the S3 error codes"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"4000\r\n%s\r\n" % (b"x" * 0x4000) * 9,
            "an answer of more than 100,000 bytes",
        ),
        (b"garbage\r\n\r\n", "check AWS credentials, region, endpoint and network"),
        (DROP, "check AWS credentials, region, endpoint and network"),
    ],
)
async def test_what_a_bucket_answers_becomes_a_sentence_for_the_operator(answer: bytes, sentence: str) -> None:
    async with endpoint(answer) as there:
        found = await failure(there.url)
    assert str(found).startswith("bucket s3://pictures/: ")
    assert sentence in str(found)
    assert "test-secret" not in str(found)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary Redirect"])
async def test_a_redirect_is_not_followed(status: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the picture nor the session token goes to another host, and its 200 is not taken for the bucket's."""
    monkeypatch.setenv("AWS_SESSION_TOKEN", "test-token")
    async with endpoint(OK) as elsewhere:
        redirect = http(status, extra=b"Location: %s/\r\n" % elsewhere.url.encode())
        async with endpoint(redirect) as there:
            found = await failure(there.url)
    assert "redirects elsewhere; check AWS_DEFAULT_REGION and AWS_ENDPOINT_URL" in str(found)
    assert (len(there.heads), len(elsewhere.heads)) == (1, 0)


async def test_a_put_is_one_request_that_asks_nothing_first() -> None:
    async with endpoint(OK) as there:
        await put(there.url)
    (head,) = there.heads
    assert head.startswith(b"PUT /pictures/image/1.jpg HTTP/1.1\r\n")
    assert b"\r\nX-Amz-Content-SHA256: UNSIGNED-PAYLOAD\r\n" in head
    assert b"expect" not in head.lower()


async def test_headers_of_the_answer_that_s3_never_sends_do_not_matter() -> None:
    async with endpoint(http("200 OK", extra=b"x-amz-object-size: notanumber\r\n")) as there:
        assert await put(there.url) == 0


async def test_a_transient_error_is_tried_again() -> None:
    async with endpoint(BUSY) as there:
        found = await failure(there.url)
    assert len(there.heads) == 3
    assert found.unanswered == 0


async def test_a_rejected_put_is_not_tried_again() -> None:
    async with endpoint(http("403 Forbidden", error("AccessDenied"))) as there:
        await failure(there.url)
    assert len(there.heads) == 1


async def test_a_second_attempt_may_succeed() -> None:
    pauses: list[int] = []

    def pause(attempt: int) -> float:
        pauses.append(attempt)
        return 0

    async with endpoint(BUSY, BUSY, OK) as there, open_bucket("s3://pictures", there.url, pause=pause) as opened:
        assert await opened.put("image/1.jpg", b"x", HEADERS) == 0
    assert pauses == [1, 2]


def test_pauses_are_random_and_their_limit_doubles() -> None:
    for attempt, limit in ((1, 1), (2, 2), (3, 4)):
        pauses = [jittered(attempt) for _ in range(1000)]
        assert limit * 0.9 < max(pauses) <= limit
        assert min(pauses) < limit * 0.1


async def test_lost_connections_count_as_unanswered() -> None:
    """aiohttp would repeat each of them by itself: the endpoint would see six requests."""
    async with endpoint(DROP) as there:
        found = await failure(there.url)
    assert (len(there.heads), found.unanswered) == (3, 3)


async def test_a_success_after_a_lost_connection_tells_of_it() -> None:
    async with endpoint(DROP, OK) as there:
        assert await put(there.url) == 1
    assert len(there.heads) == 2


async def test_a_reset_connection_counts_as_unanswered() -> None:
    async def reset(reader: asyncio.StreamReader, stream: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        stream.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        stream.close()

    async with await asyncio.start_server(reset, "127.0.0.1", 0) as server:
        found = await failure(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    assert found.unanswered == 3


async def test_a_kept_connection_dropped_at_the_next_put_is_unanswered() -> None:
    """Whether the server closed before or after it read the request cannot be known."""
    async with endpoint(KEPT_OK, DROP, OK) as there, bucket(there.url) as opened:
        assert await opened.put("image/1.jpg", b"x", HEADERS) == 0
        assert await opened.put("image/1.jpg", b"y", HEADERS) == 1
    assert len(there.heads) == 3


async def test_puts_survive_a_server_that_closes_after_each_answer() -> None:
    """A put that meets the end of its connection counts as unanswered unless aiohttp has seen that end before."""
    heads: list[bytes] = []

    async def answer_and_close(reader: asyncio.StreamReader, stream: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        await reader.readexactly(1)
        stream.write(KEPT_OK)  # without a word about closing
        stream.close()

    server = await asyncio.start_server(answer_and_close, "127.0.0.1", 0)
    async with server, bucket(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}") as opened:
        assert all([await opened.put("image/1.jpg", b"x", HEADERS) <= 1 for _ in range(20)])
    assert len(heads) == 20


@pytest.mark.parametrize("status", ["502 Bad Gateway", "504 Gateway Timeout"])
async def test_the_answer_of_a_gateway_leaves_it_open_what_the_store_does(status: str) -> None:
    async with endpoint(http(status), OK) as there:
        assert await put(there.url) == 1


@pytest.mark.parametrize("answer", [b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\n"])
async def test_an_answer_that_cannot_be_read_is_no_answer(answer: bytes) -> None:
    async with endpoint(answer) as there:
        assert (await failure(there.url)).unanswered == 1


async def test_a_refused_connection_was_never_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    found = await failure(url)
    assert found.unanswered == 0
    assert "check AWS credentials, region, endpoint and network" in str(found)


async def test_a_failed_lookup_was_never_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", unknown)
    assert (await failure("http://bucket.example.org")).unanswered == 0


async def test_a_failed_tls_handshake_was_never_sent(authority: trustme.CA) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    async with endpoint(OK, tls=tls) as untrusted:
        found = await failure(untrusted.url)
    assert found.unanswered == 0
    assert "CERTIFICATE_VERIFY_FAILED" in str(found)
    async with await asyncio.start_server(lambda _, stream: stream.close(), "127.0.0.1", 0) as server:
        found = await failure(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    assert found.unanswered == 0


async def test_an_authority_of_ones_own_is_trusted(
    authority: trustme.CA, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "authority.pem"))
    async with endpoint(OK, tls=tls) as there:
        assert await put(there.url) == 0


async def test_a_hanging_bucket_is_left_at_the_deadline() -> None:
    async with endpoint(HANG) as there:
        found = await failure(there.url, 0.2)
    assert "no answer within 0.2 s; check the network" in str(found)
    assert found.unanswered == 1


async def test_an_answer_that_drips_is_left_at_the_deadline() -> None:
    async with endpoint(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nx") as there:
        found = await failure(there.url, 0.2)
    assert "no answer within 0.2 s" in str(found)
    assert found.unanswered == 1


async def test_the_deadline_holds_for_all_attempts_together() -> None:
    async with (
        endpoint(BUSY) as there,
        open_bucket("s3://pictures", there.url, deadline=0.2, pause=lambda _: 60) as opened,
    ):
        with pytest.raises(StoreError, match=r"no answer within 0\.2 s") as caught:
            await opened.put("image/1.jpg", b"x", HEADERS)
    assert caught.value.unanswered == 0


async def test_a_put_that_waited_for_a_connection_was_never_sent() -> None:
    async with endpoint(HANG) as there, bucket(there.url) as opened:
        others = [asyncio.create_task(opened.put("image/1.jpg", b"x", HEADERS)) for _ in range(50)]
        while len(there.heads) < 50:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        with pytest.raises(StoreError, match=r"no answer within 0\.2 s") as caught:
            await replace(opened, deadline=0.2).put("image/2.jpg", b"x", HEADERS)
        for other in others:
            other.cancel()
        await asyncio.wait(others)
    assert caught.value.unanswered == 0


async def test_a_hanging_lookup_of_the_bucket_holds_up_neither_the_put_nor_the_end_of_the_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    released = threading.Event()
    monkeypatch.setattr("socket.getaddrinfo", lambda *_: released.wait(30) and [])
    found = await failure("http://bucket.example.org", 0.2)
    assert "no answer within 0.2 s" in str(found)
    assert found.unanswered == 0
    async with asyncio.timeout(10):
        await asyncio.get_running_loop().shutdown_default_executor()  # as asyncio.run does at the end
    released.set()


async def test_a_proxy_is_used_and_its_login_goes_to_it_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    async with endpoint(OK) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url.replace("//", "//me:pass@"))
        assert await put("http://s3.example.org") == 0
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        async with endpoint(OK) as there:
            await put(there.url)
    (head,) = proxy.heads
    assert head.startswith(b"PUT http://s3.example.org/pictures/image/1.jpg HTTP/1.1\r\n")
    assert b"Proxy-Authorization: Basic bWU6cGFzcw==" in head
    assert b"proxy" not in there.heads[0].lower()


async def test_what_a_proxy_refuses_was_never_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    async with endpoint(http("403 Forbidden")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.removeprefix("http://"))  # as some write it
        found = await failure("https://s3.example.org")
    assert proxy.heads[0].startswith(b"CONNECT s3.example.org:443 HTTP/1.1\r\n")
    assert b"test-key" not in proxy.heads[0]
    assert found.unanswered == 0


async def test_a_login_in_netrc_is_not_sent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("default login me password hidden\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    async with endpoint(OK) as there:
        assert await put(there.url) == 0
    assert re.findall(rb"(?i)authorization: (\S+)", there.heads[0]) == [b"AWS4-HMAC-SHA256"]
