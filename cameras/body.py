"""The body of an answer that may never end."""

import aiohttp


async def read_up_to(limit: int, response: aiohttp.ClientResponse) -> bytes:
    """The body; if it is longer than `limit` bytes, a beginning that is longer, too. Raises what aiohttp raises.

    Chunk by chunk: Content-Length may be missing, or a lie.
    """
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > limit:
            break
    return bytes(body)
