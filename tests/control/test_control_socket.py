import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from cameras.camera_list import ListReader
from cameras.control import ControlledService, RunningService, connect, open_control
from cameras.errors import ConfigError, LoginRejected, ServiceNotRunning, ServiceSilent
from cameras.watch import LiveList
from tests.camera_list.rows import a_source
from tests.fakes import fleet_of
from tests.watch.test_roster import LOGIN, World, camera, running, until


@asynccontextmanager
async def controlled(folder: Path) -> AsyncIterator[tuple[World, RunningService]]:
    """Cameras 1 and 2, watched, and a client of the service."""
    async with running() as (world, roster):
        await roster.apply([camera("1"), camera("2")])
        fleet = fleet_of([], world.watcher.uploads, world.clock)
        fleet.by_id = roster.statuses
        service = ControlledService(fleet, roster, LiveList(ListReader(a_source(folder)), roster, fleet))
        async with open_control(folder, service), connect(folder) as client:
            yield world, client


async def test_each_camera_is_revived_once_however_often_it_is_named(tmp_path: Path) -> None:
    async with controlled(tmp_path) as (world, client):
        await until(lambda: world.fetched)
        assert [each["id"] async for each in client.revive(["2", "2"])] == ["2"]


async def test_many_cameras_are_revived_and_each_result_is_given(tmp_path: Path) -> None:
    async with controlled(tmp_path) as (world, client):
        world.answers["2"] = LoginRejected("401 after Digest MD5")
        results = {each["id"]: each async for each in client.revive(["1", "2"])}
    assert (results["1"]["state"], results["1"]["error"]) == ("live", None)
    assert results["2"]["error"] == str(LoginRejected("401 after Digest MD5"))


async def test_client_that_leaves_ends_no_camera(tmp_path: Path) -> None:
    async with controlled(tmp_path) as (world, client):
        async for _ in client.revive(["1", "2"]):
            break
        fetched = {id: world.fetched.count(id) for id in "12"}
        await until(lambda: all(world.fetched.count(id) > fetched[id] + 3 for id in "12"))


async def test_rejected_login_of_a_probe_counts_while_ours_are_rejected(tmp_path: Path) -> None:
    async with controlled(tmp_path) as (world, client):
        await until(lambda: world.last("1") == "live")
        digest = await world.memory.digests.digest(LOGIN)
        for _ in range(5):  # probed as another make, say
            await client.add_rejection("1", digest, world.clock())
        fetched = world.fetched.count("1")
        await until(lambda: world.fetched.count("1") > fetched + 3)
        world.answers["1"] = LoginRejected("401 after Digest MD5")
        await until(lambda: world.last("1") == "fallback")
        await client.add_rejection("1", digest, world.clock())
        await client.add_rejection("1", digest, world.clock() - timedelta(minutes=1))
        await client.add_rejection("no-such", digest, world.clock())
        before, others = world.fetched.count("1"), world.fetched.count("2")
        await until(lambda: world.fetched.count("2") > others + 5)
    assert world.fetched.count("1") <= before + 1
    assert len(await world.memory.rejections("1", LOGIN)) >= 3


async def test_folder_without_a_socket_means_no_service(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(ServiceNotRunning, match="the service does not run: nothing listens at"):
            async with connect(folder) as client:
                await client.status()


async def test_silence_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:  # connections wait to be accepted
        listening.bind("control.sock")
        listening.listen()
        with pytest.raises(ServiceSilent, match=r"the service does not answer at .*control\.sock"):
            async with connect(tmp_path, silence=0.2) as client:
                await client.status()


async def test_folder_that_is_none_is_named(tmp_path: Path) -> None:
    async with running() as (world, roster):
        fleet = fleet_of([], world.watcher.uploads, world.clock)
        service = ControlledService(fleet, roster, LiveList(ListReader(a_source(tmp_path)), roster, fleet))
        with pytest.raises(
            ConfigError, match=r"none/control\.sock: No such file or directory; make the folder writable"
        ):
            async with open_control(tmp_path / "none", service):
                pass
