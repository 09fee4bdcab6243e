import socket
import ssl

import pytest
import trustme
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ConnectTimeoutError, HTTPClientError, ReadTimeoutError

from cameras.storage.bounded_http import BoundedHttp
from tests.storage.endpoint import DROP, HANG, OK, endpoint, http


async def send(url: str, connect: float = 5, read: float = 5, **settings: object) -> int:
    async with BoundedHttp(timeout=(connect, read), **settings) as session:  # type: ignore[arg-type]
        answer = await session.send(AWSRequest("PUT", url, data=b"x").prepare())
        return answer.status_code


async def test_an_answer_is_read() -> None:
    async with endpoint(OK) as there:
        assert await send(there.url) == 200


async def test_a_silent_server_is_a_read_timeout() -> None:
    async with endpoint(HANG) as there:
        with pytest.raises(ReadTimeoutError):
            await send(there.url, read=0.1)


async def test_a_full_backlog_is_a_connect_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        waiting = []
        for _ in range(4):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(full.getsockname())
            waiting.append(client)
        with pytest.raises(ConnectTimeoutError):
            await send(f"http://127.0.0.1:{full.getsockname()[1]}", connect=0.2)
        for client in waiting:
            client.close()


@pytest.mark.parametrize("answer", [DROP, b"garbage\r\n\r\n"])
async def test_what_is_not_an_answer_is_tried_again_by_botocore(answer: bytes) -> None:
    async with endpoint(answer) as there:
        with pytest.raises(HTTPClientError):
            await send(there.url)
    assert len(there.heads) == 1


async def test_no_cookie_is_kept() -> None:
    answer = http("200 OK", extra=b"Set-Cookie: a=b\r\n")
    async with endpoint(answer) as there, BoundedHttp(timeout=(5, 5)) as session:
        for _ in range(2):
            await session.request("PUT", there.url.replace("127.0.0.1", "localhost"), {}, b"x")
    assert not [head for head in there.heads if b"cookie" in head.lower()]


@pytest.mark.parametrize("verify", [True, "", False])
async def test_certificates_are_always_verified(verify: bool | str, authority: trustme.CA) -> None:
    """botocore takes an empty REQUESTS_CA_BUNDLE for a wish not to."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    async with endpoint(OK, tls=tls) as there:
        with pytest.raises(HTTPClientError, match="CERTIFICATE_VERIFY_FAILED"):
            await send(there.url, verify=verify)
