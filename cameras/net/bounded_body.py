"""The body of an answer that may never end."""

import aiohttp


async def read_body(response: aiohttp.ClientResponse, limit: int, too_long: Exception) -> bytes:
    """All of it; raises `too_long` as soon as it exceeds `limit` bytes, and what aiohttp raises.

    Chunk by chunk: Content-Length may be missing, or a lie.
    """
    if (response.content_length or 0) > limit:
        raise too_long
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > limit:
            raise too_long
    return bytes(body)
