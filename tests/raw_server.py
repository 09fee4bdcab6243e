"""Servers on loopback that answer with exactly the bytes that a test gives them."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress

from cameras.camera import Address


class RawServers:
    """One request per connection, which is then closed."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self.requests: list[bytes] = []  # their heads, of all servers in the order of arrival
        self._stack = stack  # closes the servers

    async def __call__(self, answer: Callable[[bytes], bytes], host: str = "127.0.0.1") -> Address:
        """Start a server; `answer` gets the head of a request. An empty answer resets the connection."""

        async def serve(reader: asyncio.StreamReader, stream: asyncio.StreamWriter) -> None:
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                head = await reader.readuntil(b"\r\n\r\n")
                self.requests.append(head)
                if response := answer(head):
                    stream.write(response)
                else:
                    stream.transport.abort()
            stream.close()

        server = await self._stack.enter_async_context(await asyncio.start_server(serve, host, 0))
        return Address(*server.sockets[0].getsockname()[:2])
