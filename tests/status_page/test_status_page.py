"""The page over real HTTP, from a fleet in every state."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from cameras.camera import Address, Camera, Login
from cameras.camera_list.camera_list import CameraList
from cameras.errors import ConfigError, LoginRejected, StoreError, Unreachable
from cameras.service.metrics import Metrics
from cameras.status_page import clients
from cameras.status_page.server import open_page
from cameras.status_page.view import build_map
from cameras.store.folder import FolderStore
from cameras.store.uploads import Uploads
from cameras.values import Listen
from cameras.watch.fleet import Fleet
from cameras.watch.status import FROZEN_AFTER, Outcome
from config import Config
from tests.fakes import Clock, MemoryStore
from tests.process import PROGRAM

EVIL = "<script>alert(1)</script>\"'>&"
SECRETS = ("10.66.77.88", "vi3wer", "s3cret")


def make_fleet(folder: Path | None, deadline: float = 30.0) -> Fleet:
    """1 live, 2 frozen, 3 failing, 4 stopped, 5 waiting; their places try to break the page."""
    clock = Clock()
    login = Login("vi3wer", "s3cret", "AXIS_USERNAME")
    cameras = [
        Camera(
            str(number), "Axis", Address("10.66.77.88", 8000 + number), login, None, EVIL, -97.7 - number / 100, 30.3
        )
        for number in range(1, 6)
    ]
    cameras[4] = replace(cameras[4], longitude=None, latitude=None, make="Bosch")
    store = FolderStore(folder, deadline) if folder else MemoryStore()
    fleet = Fleet(
        CameraList(cameras, {"no address": ["9"]}, clock()), Uploads(store, 300, Metrics(), clock.seconds), 300, clock
    )
    live, frozen, failing, stopped, _ = fleet.statuses
    for status in (live, frozen):
        status.last_live = status.shown_at = clock()
        status.shown = "live"
        status.outcomes.append(Outcome(clock(), "live", "", 0.42, 71_232))
    frozen.identical = FROZEN_AFTER
    failing.error, failing.failures, failing.failing_since = Unreachable("connection refused"), 2, clock()
    failing.next_attempt = clock() + timedelta(seconds=400)
    stopped.error, stopped.stopped, stopped.failing_since = LoginRejected("401 after Basic"), True, clock()
    clock.forward(100)
    return fleet


@asynccontextmanager
async def page_of(
    fleet: Fleet, caplog: pytest.LogCaptureFixture, **settings: Any
) -> AsyncIterator[aiohttp.ClientSession]:
    caplog.set_level("INFO", "cameras")
    metrics = Metrics()
    metrics.registry.register(fleet)
    config = Config(**{"status_address": Listen("127.0.0.1", 0), **settings})
    async with open_page(config, fleet, metrics.registry):
        url = next(record.getMessage() for record in caplog.records if "status page" in record.getMessage())
        async with aiohttp.ClientSession(url.partition(": ")[2]) as client:
            yield client
    caplog.clear()


@pytest.fixture
async def page(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[aiohttp.ClientSession]:
    (tmp_path / "image").mkdir()
    (tmp_path / "image" / "1.jpg").write_bytes(b"picture")
    async with page_of(make_fleet(tmp_path), caplog) as client:
        yield client


async def _text(client: aiohttp.ClientSession, path: str, status: int = 200, **headers: str) -> str:
    async with client.get(path, headers=headers) as answer:
        assert answer.status == status
        return await answer.text()


async def _raw(page: aiohttp.ClientSession, request: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection of its own, with these bytes sent."""
    reader, stream = await asyncio.open_connection("127.0.0.1", page._base_url.port)  # type: ignore[union-attr]
    stream.write(request)
    return reader, stream


async def test_the_wall_tells_how_many_are_dark_which_since_when_why_and_what_to_do(
    page: aiohttp.ClientSession,
) -> None:
    text = " ".join((await _text(page, "/")).split())
    assert '<strong class="bad">2 dark</strong> of 5 cameras' in text
    assert "unreachable (connection refused); check its power, network and address" in text
    assert "dark since 2 min ago · 2 failures · last live never · next try in 5 min" in text
    assert "login rejected (401 after Basic); check its username and password" in text
    assert "next try never, restart the service" in text
    assert text.index('data-group="failing"') < text.index('data-group="stopped"') < text.index('data-group="live"')
    assert '<b class="frozen">frozen: restart the camera</b>' in text
    assert "left out: 1 no address" in text


@pytest.mark.parametrize("path", ["/", "/camera/1", "/camera/3"])
async def test_names_from_the_dataset_are_escaped(page: aiohttp.ClientSession, path: str) -> None:
    text = await _text(page, path)
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


@pytest.mark.parametrize("path", ["/", "/camera/3", "/status.json", "/metrics", "/healthz"])
async def test_no_address_and_no_secret_is_told(page: aiohttp.ClientSession, path: str) -> None:
    text = await _text(page, path)
    assert not [secret for secret in SECRETS if secret in text]


async def test_addresses_are_told_on_request(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with page_of(make_fleet(tmp_path), caplog, status_show_addresses=True) as page:
        assert "10.66.77.88:8003" in await _text(page, "/camera/3")
        assert "s3cret" not in await _text(page, "/status.json")


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"1", "2", "3", "4", "5"}),
        ("?state=failing", {"3"}),
        ("?state=frozen", {"2"}),
        ("?make=Bosch", {"5"}),
        ("?error=LoginRejected", {"4"}),
        ("?q=REFUSED", {"3"}),
        ("?q=nothing+like+it", set()),
        ("?state=live&make=Axis&q=1", {"1", "2"}),
    ],
)
async def test_the_wall_is_filtered_without_javascript(
    page: aiohttp.ClientSession, query: str, shown: set[str]
) -> None:
    text = await _text(page, f"/{query}")
    assert {number for number in "12345" if f'id="camera-{number}"' in text} == shown


async def test_a_camera_has_a_page_with_its_last_outcomes(page: aiohttp.ClientSession) -> None:
    text = " ".join((await _text(page, "/camera/1")).split())
    assert "<td>live</td> <td>0.42</td><td>71,232</td>" in text
    await _text(page, "/camera/77", 404)


async def test_a_picture_comes_from_the_folder_with_the_headers_of_a_bucket(page: aiohttp.ClientSession) -> None:
    async with page.get("/image/1.jpg") as answer:
        assert await answer.read() == b"picture"
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["Expires"].endswith(" GMT")
        assert answer.headers["Last-Modified"].endswith(" GMT")
    for path in ("/image/2.jpg", "/image/..%2F..%2Fetc%2Fpasswd.jpg", "/image/77.jpg", "/static/..%2Fserver.py"):
        await _text(page, path, 404)


async def test_a_folder_on_a_disk_that_hangs_does_not_stop_the_page(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """A pipe that nobody writes to stands for a file server that is gone."""
    (tmp_path / "image").mkdir()
    os.mkfifo(tmp_path / "image/1.jpg")
    async with page_of(make_fleet(tmp_path, deadline=0.2), caplog) as page:
        hanging = asyncio.create_task(_text(page, "/image/1.jpg", 503))
        await _text(page, "/status.json")
        assert "the disk does not respond; check it" in await hanging
    with (tmp_path / "image/1.jpg").open("wb"):
        pass


async def test_with_a_bucket_pictures_come_from_the_public_url_or_not_at_all(caplog: pytest.LogCaptureFixture) -> None:
    async with page_of(make_fleet(None), caplog, public_url="https://pictures.example.org/cctv") as page:
        async with page.get("/") as answer:
            assert "img-src 'self' https://pictures.example.org data:;" in answer.headers["Content-Security-Policy"]
            assert 'src="https://pictures.example.org/cctv/image/1.jpg?v=' in await answer.text()
        await _text(page, "/image/1.jpg", 404)
    async with page_of(make_fleet(None), caplog) as page:
        assert "set PUBLIC_URL" in await _text(page, "/")


async def test_everything_is_read_only_and_sent_with_strict_headers(page: aiohttp.ClientSession) -> None:
    for path, expected in (("/", 200), ("/nothing", 404), ("/static/page.js", 200), ("/status.json", 200)):
        async with page.get(path) as answer:
            assert answer.status == expected
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "script-src 'self';" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["X-Frame-Options"] == "DENY"
    async with page.post("/", data=b"x") as answer:
        assert answer.status == 405


@pytest.mark.parametrize(
    ("host", "status"),
    [("evil.example.org", 421), ("evil.example.org:8080", 421), ("localhost:1", 200), ("[::1]:80", 200), ("[", 421)],
)
async def test_a_foreign_host_is_refused(page: aiohttp.ClientSession, host: str, status: int) -> None:
    text = await _text(page, "/status.json", status, Host=host)
    assert ("cameras" in text) == (status == 200)


async def test_status_json_tells_all_of_it(page: aiohttp.ClientSession) -> None:
    async with page.get("/status.json") as answer:
        told = await answer.json()
    assert told["counts"] == {"failing": 1, "stopped": 1, "live": 2, "waiting": 1, "frozen": 1}
    assert told["errors"] == {"Unreachable": 1, "LoginRejected": 1}
    assert told["camera_list"]["left_out"] == {"no address": 1}
    camera = told["cameras"][0]
    assert (camera["id"], camera["state"], camera["shown"]) == ("1", "live", "live")
    assert camera["last_live"] == "2026-03-05T14:00:00+00:00"
    assert camera["outcomes"][0]["size"] == 71_232
    readme = (PROGRAM.parent / "README.md").read_text()
    for key in [*told, *told["camera_list"], *camera, *camera["outcomes"][0]]:
        assert f"`{key}`" in readme, f"status.json's {key} is not in the README"


async def test_the_metrics_can_be_read_by_prometheus(page: aiohttp.ClientSession) -> None:
    families = {family.name: family for family in text_string_to_metric_families(await _text(page, "/metrics"))}
    states = {
        (sample.labels["state"], sample.labels["make"]): sample.value for sample in families["cctv_cameras"].samples
    }
    assert states == {("live", "Axis"): 2, ("failing", "Axis"): 1, ("stopped", "Axis"): 1, ("waiting", "Bosch"): 1}
    readme = (PROGRAM.parent / "README.md").read_text()
    for name, family in families.items():
        assert f"`{name}{'_total' if family.type == 'counter' else ''}`" in readme


async def test_health_is_200_or_503_with_its_reasons(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    fleet = make_fleet(tmp_path)
    async with page_of(fleet, caplog) as page:
        assert await _text(page, "/healthz") == '{"healthy": true, "problems": []}'
        fleet.uploads.error = StoreError("bucket refuses")
        text = await _text(page, "/healthz", 503)
        assert text == '{"healthy": false, "problems": ["uploads are failing: bucket refuses"]}'
        assert "uploads are failing: bucket refuses" in await _text(page, "/")


async def test_a_body_that_is_no_gzip_is_not_a_word_in_the_log(
    page: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"
    reader, stream = await _raw(page, request)
    assert b" 200 " in await reader.readline()
    await reader.read()
    stream.close()
    assert caplog.records == []


@pytest.mark.parametrize(
    "path",
    ["/", "/camera/1", "/image/1.jpg", "/status.json", "/metrics", "/healthz", "/static/page.js", "/static/page.css"],
)
async def test_each_answer_is_whole_and_not_a_word_in_the_log(
    path: str, page: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    for _ in range(2):
        assert await _text(page, path)
    async with page.head(path) as answer:
        assert answer.status == 200
    assert caplog.records == []


async def test_a_client_that_leaves_gives_up_its_turn_and_its_place(
    page: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "MAX_LOOP_SHARE", 1e-9)  # the next turn after this page is never
    async with aiohttp.ClientSession(page._base_url) as first:
        await _text(first, "/")
    _, stream = await _raw(page, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert await _answers_another(page)  # which came after it; so it is in by now, and waits
    monkeypatch.setattr(clients, "MAX_CONNECTIONS", 1)
    stream.close()
    async with asyncio.timeout(30):
        while not await _answers_another(page):
            pass


async def _answers_another(page: aiohttp.ClientSession) -> bool:
    """Whether there is a place for one more connection."""
    async with aiohttp.ClientSession(page._base_url) as another:
        try:
            return bool(await _text(another, "/healthz"))
        except aiohttp.ClientConnectionError:
            return False


async def test_a_taken_port_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with await asyncio.start_server(lambda *_: None, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ConfigError, match=f"STATUS_ADDRESS=127.0.0.1:{port}: the port is taken; name another"):
            async with page_of(make_fleet(tmp_path), caplog, status_address=Listen("127.0.0.1", port)):
                pass


async def test_a_blank_address_turns_the_page_off(tmp_path: Path) -> None:
    fleet = make_fleet(tmp_path)
    async with open_page(Config(status_address=None), fleet, Metrics().registry):
        assert fleet.problems() == []


def test_every_dot_is_within_the_map_however_the_cameras_lie() -> None:
    road = [{"longitude": -97.7, "latitude": 30 + number / 50, "state": "live"} for number in range(100)]
    street = [{"longitude": -97.7 + number / 50, "latitude": 30.0, "state": "live"} for number in range(100)]
    for cameras in (road, street, road[:1]):
        drawn = build_map(cameras)
        assert drawn
        assert all(0 <= x <= 1000 and 0 <= y <= drawn.height <= 2000.1 for x, y, _ in drawn.dots)
    assert build_map([{"longitude": None, "latitude": None, "state": "live"}]) is None


@pytest.mark.parametrize(
    "nonsense",
    [b"GET / HTTP/9.9\r\n\r\n", b"GET / HTTP/1.1\r\nno colon\r\n\r\n", b"GET /%b HTTP/1.1\r\n\r\n" % (b"a" * 9000)],
)
async def test_nonsense_is_refused_without_a_word_in_the_log(
    nonsense: bytes, page: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    reader, stream = await _raw(page, nonsense)
    assert b" 400 " in await reader.readline()
    stream.close()
    await _text(page, "/static/" + "a" * 300, 404)
    assert caplog.records == []
