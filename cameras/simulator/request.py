"""Reads one HTTP request."""

import asyncio
from typing import NamedTuple


class Request(NamedTuple):
    method: str
    target: str
    headers: dict[str, str]  # names in lower case
    earlier: int = 0  # requests on the same connection


async def read_request(reader: asyncio.StreamReader, earlier: int = 0) -> Request:
    """asyncio.IncompleteReadError if the client disconnected, or does not speak HTTP."""
    start = await reader.readexactly(1)
    if not start.isalpha():  # a TLS handshake where plain HTTP is expected
        raise asyncio.IncompleteReadError(start, None)
    head = (start + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip().split("\r\n")
    method, target, _ = first.split(" ")
    fields = (line.partition(":") for line in lines)
    return Request(method, target, {name.lower(): value.strip() for name, _, value in fields}, earlier)
