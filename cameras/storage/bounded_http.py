"""HTTP to AWS within limits: no redirects, no cookies, no hidden repetitions, answers of limited length.

aiobotocore's own session follows redirects (with the session token, to any host) and reads answers of any length. To
replace it is documented: `AioConfig(http_session_cls=...)`.
"""

import io
import ssl
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, NamedTuple, Self

import aiohttp
import certifi
from aiobotocore.awsrequest import AioAWSResponse
from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import BotoCoreError, ConnectTimeoutError, HTTPClientError, ReadTimeoutError
from yarl import URL

from cameras.net.bounded_body import read_body
from cameras.net.resolver import Resolver

ANSWER_LIMIT = 100_000  # bytes


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]  # names in any case
    body: bytes


class AnswerTooLarge(BotoCoreError):
    fmt = "an answer of more than {limit:,} bytes"


class Redirected(BotoCoreError):
    fmt = "redirected elsewhere ({status}), which is not followed"


class ConnectionLost(aiohttp.ClientConnectionError):
    """The connection failed, or ended before the answer."""


class BoundedHttp:
    """The HTTP session of one AWS client. aiobotocore makes it, with keyword arguments, opens it and closes it."""

    def __init__(
        self,
        *,
        timeout: tuple[float, float],  # seconds to connect, seconds between two reads
        verify: str | bool = True,  # the path of a CA bundle, or True
        proxies: Mapping[str, str] | None = None,  # by scheme, from HTTPS_PROXY and its like
        max_pool_connections: int = 10,
        answer_limit: int = ANSWER_LIMIT,  # bytes
        **_: object,  # what aiobotocore also offers and nothing here sets
    ) -> None:
        self._timeout = aiohttp.ClientTimeout(sock_connect=timeout[0], sock_read=timeout[1])
        self._authorities = verify if isinstance(verify, str) and verify else certifi.where()
        self._proxies = {name: url if "://" in url else f"http://{url}" for name, url in (proxies or {}).items()}
        self._connections = max_pool_connections
        self._limit = answer_limit

    async def __aenter__(self) -> Self:
        """OSError if the CA bundle cannot be read."""
        trace = aiohttp.TraceConfig()
        trace.on_request_headers_sent.append(_report_sent)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=self._connections,
                ssl=ssl.create_default_context(cafile=self._authorities),
                resolver=Resolver(),
                keepalive_timeout=12,  # seconds, as aiobotocore: less than S3 keeps an idle connection
            ),
            timeout=self._timeout,
            headers={"Accept-Encoding": "identity", "User-Agent": "cctv-images"},
            skip_auto_headers=["Content-Type"],
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            middlewares=[_send_once],
            trace_configs=[trace],
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes, on_sent: Callable[[], None] | None = None
    ) -> Answer:
        """Raises what aiohttp raises, or AnswerTooLarge.

        `on_sent` is called when the request has a connection, just before its first byte is written
        (aiohttp.TraceConfig.on_request_headers_sent). Without that call it was certainly not sent, whatever ended it;
        the class of an exception does not tell this: a deadline may end a lookup, or the wait for an answer.
        """
        target = URL(url, encoded=True)  # as it was signed
        async with self._session.request(
            method,
            target,
            headers=headers,
            data=body,
            allow_redirects=False,
            proxy=self._proxies.get(target.scheme),
            trace_request_ctx=on_sent,
        ) as response:
            content = await read_body(response, self._limit, AnswerTooLarge(limit=self._limit))
            return Answer(response.status, response.headers, content)

    async def send(self, request: AWSPreparedRequest) -> AioAWSResponse:
        """As aiobotocore wants it: a lost connection becomes what botocore tries again after. AnswerTooLarge does not,
        nor does Redirected: botocore would look for the bucket, and if that is redirected too, without end."""
        sent: Any = request  # its stubs allow more types than occur
        headers = {name: value if isinstance(value, str) else value.decode() for name, value in sent.headers.items()}
        headers.pop("Expect", None)  # not signed; a server that does not know it would hold up the body
        body = sent.body.read() if hasattr(sent.body, "read") else sent.body  # aiohttp would close the file
        try:
            answer = await self.request(request.method, request.url, headers, body)
        except aiohttp.ConnectionTimeoutError as error:
            raise ConnectTimeoutError(endpoint_url=request.url, error=error) from error
        except TimeoutError as error:
            raise ReadTimeoutError(endpoint_url=request.url, error=error) from error
        except (aiohttp.ClientError, OSError) as error:
            raise HTTPClientError(error=error) from error
        if 300 <= answer.status < 400 and answer.status != 304:
            raise Redirected(status=answer.status)
        received: Any = {name.lower(): value for name, value in answer.headers.items()}
        return AioAWSResponse(request.url, answer.status, received, _Body(answer.body))

    async def close(self) -> None:
        await self._session.close()


async def _report_sent(_: aiohttp.ClientSession, context: SimpleNamespace, __: object) -> None:
    if context.trace_request_ctx:
        context.trace_request_ctx()


async def _send_once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """aiohttp sends a PUT again, once, after a ClientOSError or ServerDisconnectedError; after any other error it does
    not (in ClientSession). The caller must know of each attempt."""
    try:
        return await handler(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise ConnectionLost(str(error)) from error


class _Body:
    """A body that has been read, with what aiobotocore calls on an aiohttp response and on its `content`."""

    def __init__(self, body: bytes) -> None:
        self._body = io.BytesIO(body)
        self.content = self

    async def read(self, size: int = -1) -> bytes:
        return self._body.read(size)

    def close(self) -> None:
        pass
