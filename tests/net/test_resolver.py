import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from cameras.camera import Address, Camera
from cameras.connection import Client, Connection
from cameras.errors import Unreachable
from cameras.net import Resolver
from cameras.simulator.camera import SimulatedCamera
from cameras.thumbnail import thumbnail


async def fetch(camera: Connection) -> bytes:
    return await camera.get("/jpeg?id=2")


async def test_name_that_resolves_to_a_link_local_address_is_refused(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", 80))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *_: answers)
    with pytest.raises(Unreachable, match="its name resolves to a link-local address"):
        await thumbnail(Camera("1", "Sarix", Address.parse("cam5")), fetch, client, timeout=10, retry_pause=0)


async def test_hung_lookup_does_not_delay_others(
    pretend: Callable[..., Awaitable[SimulatedCamera]], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The healthy camera has a host name as well."""
    released, camera = threading.Event(), (await pretend("Sarix")).camera
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", camera.address.port))]
    monkeypatch.setattr("socket.getaddrinfo", lambda host, *_: found if host == "healthy" else released.wait() and [])
    hanging = [
        asyncio.create_task(thumbnail(Camera(str(n), "Sarix", Address(f"cam{n}")), fetch, client, timeout=60))
        for n in range(60)
    ]
    await thumbnail(replace(camera, address=replace(camera.address, host="healthy")), fetch, client, timeout=10)
    assert await asyncio.to_thread(lambda: "the default executor is free") != ""
    for task in hanging:
        task.cancel()
    released.set()
    await asyncio.gather(*hanging, return_exceptions=True)


async def test_hung_lookups_end_at_their_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until then others wait for a place."""
    released = threading.Event()

    def look_up(host: str, *_: object) -> list[object]:
        if host == "dead":
            released.wait()
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.1.2.3", 80))]

    monkeypatch.setattr("socket.getaddrinfo", look_up)
    resolver = Resolver(at_once=2, timeout=0.2)
    dead = [asyncio.create_task(resolver.resolve("dead")) for _ in range(2)]
    await asyncio.sleep(0)  # both have a place now
    async with asyncio.timeout(5):  # upper bound, reached only on failure
        assert [each["host"] for each in await resolver.resolve("alive")] == ["10.1.2.3"]
    assert any(task.done() for task in dead)
    for task in dead:
        with pytest.raises(OSError, match="the name servers do not answer"):
            await task
    released.set()
