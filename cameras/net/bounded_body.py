"""The body of a response, up to a limit."""

import aiohttp


async def read_body(response: aiohttp.ClientResponse, limit: int, too_long: Exception) -> bytes:
    """The whole body. Raises `too_long` as soon as it exceeds `limit` bytes, and what aiohttp raises.

    Reads chunk by chunk, because Content-Length may be missing or wrong.
    """
    if (response.content_length or 0) > limit:
        raise too_long
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > limit:
            raise too_long
    return bytes(body)
