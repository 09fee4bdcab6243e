import asyncio
import socket
import threading
from contextlib import nullcontext
from dataclasses import replace
from ipaddress import ip_network

import pytest

from cameras.camera import Address, Camera
from cameras.connection import Client, Connection
from cameras.errors import Unreachable
from cameras.net import Resolver
from cameras.thumbnail import thumbnail
from tests.typing import StartCamera


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
    simulated: StartCamera, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The healthy camera has a host name as well."""
    released, camera = threading.Event(), (await simulated("Sarix")).entry
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


@pytest.mark.parametrize("host", ["127.0.0.1", "cam5"])
async def test_address_outside_the_networks_receives_nothing(
    host: str, simulated: StartCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = await simulated("Axis")
    monkeypatch.setattr("socket.getaddrinfo", lambda *_: [_found("127.0.0.1", camera.port)])
    client = Client(Resolver(networks=[ip_network("10.0.0.0/8"), ip_network("::1/128")]))
    entry = replace(camera.entry, address=Address(host, camera.port))
    with pytest.raises(Unreachable, match=r"\(its address is outside CAMERA_NETWORKS\); correct its address, or add"):
        await thumbnail(entry, fetch, client, timeout=10, retry_pause=0)
    assert camera.connections == 0


async def test_only_addresses_inside_the_networks_are_used(
    simulated: StartCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One lookup for a fetch: the addresses that were checked are the ones connected to."""
    inside, outside = await simulated("Sarix"), await simulated("Sarix")
    lookups = []

    def look_up(*arguments: object) -> list[object]:
        lookups.append(arguments)
        if len(lookups) > 1:  # rebound to somewhere else
            return [_found("127.0.0.2", outside.port)]
        return [_found("127.0.0.2", outside.port), _found("127.0.0.1", inside.port)]

    monkeypatch.setattr("socket.getaddrinfo", look_up)
    client = Client(Resolver(networks=[ip_network("127.0.0.1/32")]))
    entry = replace(inside.entry, address=Address("cam5", inside.port))
    assert await thumbnail(entry, fetch, client, timeout=10)
    assert (inside.connections, outside.connections, len(lookups)) == (1, 0, 1)


@pytest.mark.parametrize(
    ("address", "allowed"),
    [("10.1.2.3", True), ("::ffff:10.1.2.3", True), ("11.1.2.3", False), ("::ffff:11.1.2.3", False), ("::1", False)],
)
def test_ipv4_mapped_address_is_checked_as_ipv4(address: str, allowed: bool) -> None:
    resolver = Resolver(networks=[ip_network("10.0.0.0/8")])
    with nullcontext() if allowed else pytest.raises(Unreachable):
        resolver.check_literal(address)
    Resolver().check_literal(address)


def _found(address: str, port: int) -> tuple[object, ...]:
    return socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)
