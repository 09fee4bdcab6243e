"""An S3 endpoint that sends given answers, byte by byte."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

HANG = None  # no answer, and the connection stays open
DROP = b""  # no answer, and the connection is closed


@dataclass
class Endpoint:
    url: str
    heads: list[bytes] = field(default_factory=list)  # of the requests, each read with its body


@asynccontextmanager
async def endpoint(*answers: bytes | None, tls: ssl.SSLContext | None = None) -> AsyncIterator[Endpoint]:
    """The n-th request gets the n-th of the `answers`, later ones the last. A connection is kept unless its answer says
    `Connection: close`."""
    connections: set[asyncio.Task[None]] = set()

    async def speak(reader: asyncio.StreamReader, stream: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        connections.add(task)
        try:
            answer: bytes | None = b"any"
            while answer and b"Connection: close" not in answer:
                there.heads.append(await _read_request(reader))
                answer = answers[min(len(there.heads), len(answers)) - 1]
                if answer is HANG:
                    await asyncio.Event().wait()
                elif answer:
                    stream.write(answer)
        except (asyncio.CancelledError, asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            stream.close()

    async with await asyncio.start_server(speak, "127.0.0.1", 0, ssl=tls) as server:
        there = Endpoint(f"http{'s' if tls else ''}://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        yield there
        server.close()
        for task in connections:
            task.cancel()


async def _read_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    await reader.readexactly(int(length[1]) if length else 0)
    return head


def http(status: str, body: bytes = b"", extra: bytes = b"Connection: close\r\n") -> bytes:
    return b"HTTP/1.1 %s\r\nContent-Length: %d\r\n%s\r\n%s" % (status.encode(), len(body), extra, body)


def error(code: str, more: str = "") -> bytes:
    return f"<?xml version='1.0'?>\n<Error><Code>{code}</Code>{more}</Error>".encode()


OK = http("200 OK")
KEPT_OK = http("200 OK", extra=b"")
BUSY = http("503 Slow Down", error("SlowDown"))
