import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from cameras.camera import Address, Camera, Login
from cameras.errors import CameraError, LoginRejected, Unreachable
from cameras.service import Metrics
from cameras.state import CameraMemory
from cameras.store import Uploads
from cameras.watch import Outage, Recorder, Roster, TransitionLog, Watcher, open_roster
from tests.fakes import Clock, MemoryStore

LOGIN = Login("viewer", "wrong", "CAMERA_USERNAME")
INTERVAL = 0.05  # seconds


def camera(id: str, **changes: object) -> Camera:
    return replace(Camera(id, "Axis", Address("10.0.0.1"), LOGIN, place=f"{id} STREET"), **changes)  # type: ignore[arg-type]


class World:
    """A roster with a store in memory, and cameras that answer as `answers` says: a picture by default."""

    def __init__(self, memory: CameraMemory) -> None:
        self.store, self.clock, self.memory = MemoryStore(), Clock(), memory
        self.answers: dict[str, CameraError] = {}
        self.fetched: list[str] = []
        recorder = Recorder(self.clock, Metrics(), memory, Outage(self.clock), TransitionLog())
        uploads = Uploads(self.store, INTERVAL, recorder.metrics)
        self.watcher = Watcher(
            self.fetch, uploads, b"the fallback", recorder, INTERVAL, max_failures=3, late_window=3 * INTERVAL
        )

    async def fetch(self, camera: Camera) -> bytes:
        self.fetched.append(camera.id)
        if error := self.answers.get(camera.id):
            raise error
        return b"picture %d" % len(self.fetched)

    def last(self, id: str) -> str | None:
        """What the store shows for this id."""
        return next((put.metadata["state"] for put in reversed(self.store.puts) if put.name == f"image/{id}.jpg"), None)


@asynccontextmanager
async def running(memory: CameraMemory | None = None) -> AsyncIterator[tuple[World, Roster]]:
    world = World(memory or CameraMemory())
    async with open_roster(world.watcher) as roster:
        yield world, roster


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110  the condition is on what many tasks did
            await asyncio.sleep(INTERVAL / 10)


async def test_each_camera_of_the_list_is_watched() -> None:
    async with running() as (world, roster):
        change = await roster.apply([camera("1"), camera("2")])
        assert str(change) == "2 added: 1, 2"
        await until(lambda: world.fetched.count("1") > 3 and world.fetched.count("2") > 3)
        assert (world.last("1"), world.last("2")) == ("live", "live")


async def test_unchanged_cameras_keep_task_slot_and_history() -> None:
    async with running() as (_, roster):
        await roster.apply([camera("1"), camera("2"), camera("3")])
        await until(lambda: len(roster.statuses["1"].outcomes) > 2)
        before = {id: (roster.statuses[id], roster._tasks[id], roster._numbers[id]) for id in "13"}
        change = await roster.apply([camera("1", place="ELSEWHERE"), camera("3"), camera("4")])
        assert str(change) == "1 added: 4; 1 removed: 2"
        assert {id: (roster.statuses[id], roster._tasks[id], roster._numbers[id]) for id in "13"} == before
        assert roster.statuses["1"].camera.place == "ELSEWHERE"
        assert roster._numbers["4"] == 1


async def test_changed_camera_starts_over_and_its_new_address_is_named() -> None:
    async with running() as (world, roster):
        world.answers["1"] = Unreachable("connection refused")
        await roster.apply([camera("1")])
        await until(lambda: roster.statuses["1"].stopped)
        world.answers.clear()
        change = await roster.apply([camera("1", address=Address("10.9.9.9"))])
        assert str(change) == "1 changed: 1; 1 with a new address: 1"
        assert "10.9.9.9" not in str(change)
        await until(lambda: world.last("1") == "live")


async def test_removed_camera_shows_the_fallback_and_is_forgotten() -> None:
    async with running() as (world, roster):
        await roster.apply([camera("1"), camera("2")])
        await until(lambda: world.last("1") == "live")
        await roster.apply([camera("2")])
        await until(lambda: "1" not in world.memory.published())
        assert world.last("1") == "fallback"
        fetched = world.fetched.count("1")
        await until(lambda: world.fetched.count("2") > 5)
        assert world.fetched.count("1") == fetched


async def test_camera_removed_while_its_put_hangs_gets_the_fallback_repeatedly() -> None:
    async with running() as (world, roster):
        await roster.apply([camera("1"), camera("2")])
        await until(lambda: world.last("1") == "live" and world.memory.published() == {"1", "2"})
        world.watcher.uploads.grace = 0.0
        world.store.hanging = True
        await until(lambda: "image/1.jpg" in world.store.hung)
        await roster.apply([camera("2")])
        world.store.hanging = False
        await until(lambda: "1" not in world.memory.published())
        assert [put.metadata["state"] for put in world.store.puts if put.name == "image/1.jpg"].count("fallback") >= 3


async def test_id_that_left_the_list_before_the_start_is_replaced() -> None:
    memory = CameraMemory()
    await memory.publish("gone")
    async with running(memory) as (world, roster):
        await roster.apply([camera("1")])
        await until(lambda: "gone" not in memory.published())
        assert world.last("gone") == "fallback"
        assert "gone" not in world.fetched
        assert sum(put.name == "image/gone.jpg" for put in world.store.puts) >= 3  # an old put may still be under way


async def test_id_missing_from_an_unconfirmed_list_keeps_its_picture() -> None:
    memory = CameraMemory()
    await memory.publish("2")
    async with running(memory) as (world, roster):
        await roster.apply([camera("1")], unconfirmed={"2"})
        await until(lambda: world.fetched.count("1") > 5)
        assert world.last("2") is None


async def test_nothing_is_put_for_an_id_that_was_never_published() -> None:
    async with running() as (world, roster):
        world.answers["2"] = Unreachable("connection refused")
        await roster.apply([camera("1"), camera("2")])
        await until(lambda: world.last("2") == "fallback")
        puts = len([put for put in world.store.puts if put.name == "image/2.jpg"])
        await roster.apply([camera("1")])
        await until(lambda: world.fetched.count("1") > 8)
        assert len([put for put in world.store.puts if put.name == "image/2.jpg"]) <= puts + 1


async def test_camera_that_returns_is_watched_again() -> None:
    async with running() as (world, roster):
        await roster.apply([camera("1"), camera("2")])
        await until(lambda: world.last("1") == "live")
        await roster.apply([camera("2")])
        await roster.apply([camera("1"), camera("2")])
        await until(lambda: world.last("1") == "live" and len(roster.statuses["1"].outcomes) > 3)
        assert "1" in world.memory.published()


async def test_all_stopped_is_reported() -> None:
    async with running() as (world, roster):
        world.answers = {"1": Unreachable("connection refused"), "2": Unreachable("connection refused")}
        await roster.apply([camera("1"), camera("2")])
        async with asyncio.timeout(10):
            await roster.all_stopped.wait()


async def rejected(minutes_ago: list[int], now: datetime) -> CameraMemory:
    memory = CameraMemory()
    for minutes in minutes_ago:
        await memory.add_rejection("1", LOGIN, now - timedelta(minutes=minutes))
    return memory


@pytest.mark.parametrize(
    ("minutes_ago", "attempts"),
    [([20, 15, 10], 0), ([50, 45, 40], 1), ([10], 2), ([10, 5], 1), ([40, 35, 3], 1), ([], 3), ([-900, -900, -900], 1)],
)
async def test_rejected_logins_count_across_restarts(minutes_ago: list[int], attempts: int) -> None:
    """At most three in any 30 minutes; a camera that was stopped for its login before that gets a single attempt.

    So does one whose rejections are far in the future, because the clock was wrong then.
    """
    async with running(await rejected(minutes_ago, Clock().time)) as (world, roster):
        world.answers["1"] = LoginRejected("401 after Digest MD5")
        await roster.apply([camera("1")])
        await until(lambda: roster.statuses["1"].stopped)
        assert world.fetched.count("1") == attempts
        assert world.last("1") == "fallback"


async def test_changed_login_is_tried_at_once() -> None:
    async with running(await rejected([20, 15, 10], Clock().time)) as (world, roster):
        await roster.apply([camera("1", login=Login("viewer", "right", "CAMERA_USERNAME"))])
        await until(lambda: world.last("1") == "live")


async def test_locked_camera_says_until_when() -> None:
    async with running(await rejected([20, 15, 10], Clock().time)) as (_, roster):
        await roster.apply([camera("1")])
        status = roster.statuses["1"]
        assert status.locked_until == Clock().time + timedelta(minutes=10)
        assert "3 times until 13:50 UTC, before this start" in str(status.error)
        assert "not tried again before 14:10 UTC" in str(status.error)


async def test_camera_live_before_the_start_is_part_of_an_outage() -> None:
    memory = CameraMemory()
    for number in range(6):
        memory.record_live(str(number), Clock().time - timedelta(hours=1))
    async with running(memory) as (world, roster):
        world.answers = {str(number): Unreachable("connection refused") for number in range(6)}
        await roster.apply([camera(str(number)) for number in range(6)])
        await until(lambda: world.watcher.recorder.outage.active)
        await until(lambda: min(len(status.outcomes) for status in roster.statuses.values()) > 5)
        assert not any(status.stopped for status in roster.statuses.values())


async def test_removing_many_cameras_waits_once_for_their_uploads() -> None:
    async with running() as (world, roster):
        await roster.apply([camera(str(number)) for number in range(9)])
        await until(lambda: len(world.memory.published()) == 9)
        world.watcher.uploads.grace = 0.3
        world.store.hanging = True
        await until(lambda: len(set(world.store.hung)) == 9)
        loop = asyncio.get_running_loop()
        started = loop.time()
        await roster.apply([camera("0")])
        assert loop.time() - started < 8 * 0.3  # far less than one after the other
        world.store.hanging = False


async def test_added_camera_ends_the_state_of_all_stopped() -> None:
    async with running() as (world, roster):
        world.answers["1"] = Unreachable("connection refused")
        await roster.apply([camera("1")])
        async with asyncio.timeout(10):
            await roster.all_stopped.wait()
        await roster.apply([camera("1"), camera("2")])
        assert not roster.all_stopped.is_set()
