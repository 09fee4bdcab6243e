"""The page over real HTTP, from a fleet in every state."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from cameras import __version__
from cameras.errors import ConfigError, StoreError
from cameras.service import Metrics
from cameras.status_page import Limits, open_page
from cameras.values import Listen
from cameras.watch.fleet import Fleet
from tests.process import PROGRAM
from tests.status_page.example_fleet import SECRETS, make_fleet
from tests.typing import Serve


@asynccontextmanager
async def page_of(fleet: Fleet, **settings: Any) -> AsyncIterator[aiohttp.ClientSession]:
    """A client of the page, which has these settings; see open_page."""
    metrics = Metrics()
    metrics.registry.register(fleet)
    page = open_page(fleet, metrics.registry, Listen("127.0.0.1", 0), **settings)
    async with page as address, aiohttp.ClientSession(f"http://{address}/") as client:
        yield client


@pytest.fixture
async def page(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[aiohttp.ClientSession]:
    (tmp_path / "image").mkdir()
    (tmp_path / "image" / "1.jpg").write_bytes(b"picture")
    caplog.set_level("INFO", "cameras")
    async with page_of(make_fleet(tmp_path)) as client:
        caplog.clear()  # of the line that says where the page is
        yield client
        caplog.clear()


async def _text(client: aiohttp.ClientSession, path: str, status: int = 200, **headers: str) -> str:
    async with client.get(path, headers=headers) as response:
        assert response.status == status
        return await response.text()


async def test_wall_shows_offline_cameras_why_and_what_to_do(
    page: aiohttp.ClientSession,
) -> None:
    text = " ".join((await _text(page, "/")).split())
    assert '<strong class="bad">2 offline</strong> of 5 cameras' in text
    assert "unreachable (connection refused); check its power, network and address" in text
    assert "offline for 2 min · 2 failures · last live never · next attempt in 5 min" in text
    assert "login rejected (401 after Basic); check its username and password" in text
    assert "cctv-images revive" in text
    assert text.index('data-group="failing"') < text.index('data-group="stopped"') < text.index('data-group="live"')
    assert '<b class="frozen">frozen: restart the camera</b>' in text
    assert "skipped: 1 no address" in text


@pytest.mark.parametrize("path", ["/", "/camera/1", "/camera/3"])
async def test_text_from_the_dataset_is_escaped(page: aiohttp.ClientSession, path: str) -> None:
    text = await _text(page, path)
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


@pytest.mark.parametrize("path", ["/", "/camera/3", "/status.json", "/metrics", "/healthz"])
async def test_no_address_and_no_secret_is_shown(page: aiohttp.ClientSession, path: str) -> None:
    text = await _text(page, path)
    assert not [secret for secret in SECRETS if secret in text]


async def test_addresses_are_shown_on_request(tmp_path: Path) -> None:
    async with page_of(make_fleet(tmp_path), show_addresses=True) as page:
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
async def test_wall_is_filtered_by_the_query(page: aiohttp.ClientSession, query: str, shown: set[str]) -> None:
    text = await _text(page, f"/{query}")
    assert {number for number in "12345" if f'id="camera-{number}"' in text} == shown


async def test_camera_page_lists_its_latest_attempts(page: aiohttp.ClientSession) -> None:
    text = " ".join((await _text(page, "/camera/1")).split())
    assert "<td>live</td> <td>0.42</td><td>71,232</td>" in text
    await _text(page, "/camera/77", 404)


async def test_picture_from_the_folder_has_the_headers_of_a_bucket(page: aiohttp.ClientSession) -> None:
    async with page.get("/image/1.jpg") as answer:
        assert await answer.read() == b"picture"
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["Expires"].endswith(" GMT")
        assert answer.headers["Last-Modified"].endswith(" GMT")
    for path in ("/image/2.jpg", "/image/..%2F..%2Fetc%2Fpasswd.jpg", "/image/77.jpg", "/static/..%2Fserver.py"):
        await _text(page, path, 404)


async def test_folder_on_a_hung_disk_does_not_block_the_page(tmp_path: Path) -> None:
    """A pipe without a writer behaves like a file on a server that does not respond."""
    (tmp_path / "image").mkdir()
    os.mkfifo(tmp_path / "image/1.jpg")
    async with page_of(make_fleet(tmp_path, deadline=0.2)) as page:
        hanging = asyncio.create_task(_text(page, "/image/1.jpg", 503))
        await _text(page, "/status.json")
        assert "the disk does not respond; check it" in await hanging
    with (tmp_path / "image/1.jpg").open("wb"):
        pass


async def test_pictures_of_a_bucket_come_from_the_public_url() -> None:
    async with page_of(make_fleet(None), public_url="https://pictures.example.org/cctv") as page:
        async with page.get("/") as answer:
            assert "img-src 'self' https://pictures.example.org data:;" in answer.headers["Content-Security-Policy"]
            assert 'src="https://pictures.example.org/cctv/image/1.jpg?v=' in await answer.text()
        await _text(page, "/image/1.jpg", 404)
    async with page_of(make_fleet(None)) as page:
        assert "set PUBLIC_URL" in await _text(page, "/")


async def test_every_answer_has_strict_headers_and_post_is_refused(page: aiohttp.ClientSession) -> None:
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
async def test_other_host_names_are_refused(page: aiohttp.ClientSession, host: str, status: int) -> None:
    text = await _text(page, "/status.json", status, Host=host)
    assert ("cameras" in text) == (status == 200)


async def test_own_host_names_are_answered(tmp_path: Path) -> None:
    async with page_of(make_fleet(tmp_path), hosts={"cameras.example.org"}) as page:
        assert "counts" in await _text(page, "/status.json", Host="Cameras.example.org:443")
        assert "STATUS_HOSTS" in await _text(page, "/status.json", 421, Host="example.org")


async def test_list_that_could_not_be_read_is_a_line_of_the_page(tmp_path: Path) -> None:
    fleet = make_fleet(tmp_path)
    fleet.camera_list = replace(fleet.camera_list, problem="490 of 980 cameras are missing; <b>")
    async with page_of(fleet) as page:
        assert "camera list: 490 of 980 cameras are missing; &lt;b&gt;" in await _text(page, "/")
        assert await _text(page, "/healthz") == '{"healthy": true, "problems": []}'


async def test_status_json_has_documented_keys(page: aiohttp.ClientSession) -> None:
    async with page.get("/status.json") as response:
        answer = await response.json()
    assert answer["version"] == __version__
    assert answer["counts"] == {"failing": 1, "stopped": 1, "live": 2, "waiting": 1, "frozen": 1}
    assert answer["errors"] == {"Unreachable": 1, "LoginRejected": 1}
    assert answer["camera_list"]["skipped"] == {"no address": 1}
    camera = answer["cameras"][0]
    assert (camera["id"], camera["state"], camera["shown"]) == ("1", "live", "live")
    assert camera["last_live"] == "2026-03-05T14:00:00+00:00"
    assert camera["attempts"][0]["size"] == 71_232
    documented = (PROGRAM.parent / "docs/operations.md").read_text()
    for key in [*answer, *answer["camera_list"], *camera, *camera["attempts"][0]]:
        assert f"`{key}`" in documented, f"status.json's {key} is not in docs/operations.md"


async def test_prometheus_can_parse_the_metrics(page: aiohttp.ClientSession) -> None:
    families = {family.name: family for family in text_string_to_metric_families(await _text(page, "/metrics"))}
    states = {
        (sample.labels["state"], sample.labels["make"]): sample.value for sample in families["cctv_cameras"].samples
    }
    assert states == {("live", "Axis"): 2, ("failing", "Axis"): 1, ("stopped", "Axis"): 1, ("waiting", "Bosch"): 1}
    documented = (PROGRAM.parent / "docs/operations.md").read_text()
    for name, family in families.items():
        assert f"`{name}{'_total' if family.type == 'counter' else ''}`" in documented


async def test_health_is_200_or_503_with_reasons(tmp_path: Path) -> None:
    fleet = make_fleet(tmp_path)
    async with page_of(fleet) as page:
        assert await _text(page, "/healthz") == '{"healthy": true, "problems": []}'
        fleet.uploads.error = StoreError("bucket refuses")
        text = await _text(page, "/healthz", 503)
        assert text == '{"healthy": false, "problems": ["uploads are failing: bucket refuses"]}'
        assert "uploads are failing: bucket refuses" in await _text(page, "/")


async def test_liveness_is_200_while_the_process_works(tmp_path: Path) -> None:
    """Even while the store refuses: a restart would not help."""
    fleet = make_fleet(tmp_path)
    fleet.uploads.error = StoreError("bucket refuses")
    async with page_of(fleet) as page:
        assert await _text(page, "/livez") == '{"live": true, "problems": []}'
        time = fleet.clock()
        fleet.clock = lambda: time + 3600
        text = await _text(page, "/livez", 503)
        assert text == '{"live": false, "problems": ["no camera was polled for 60 min; restart the service"]}'


@asynccontextmanager
async def _connection(page: aiohttp.ClientSession, request: bytes) -> AsyncIterator[asyncio.StreamReader]:
    """A connection of its own, with these bytes sent."""
    async with page.get("/healthz") as response:
        port = response.url.port
    reader, stream = await asyncio.open_connection("127.0.0.1", port)
    stream.write(request)
    yield reader
    stream.close()


async def test_request_body_that_is_no_gzip_is_not_logged(
    page: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"
    async with _connection(page, request) as reader:
        assert b" 200 " in await reader.readline()
        await reader.read()
    assert caplog.records == []


@pytest.mark.parametrize(
    "request_head",
    [b"GET / HTTP/9.9\r\n\r\n", b"GET / HTTP/1.1\r\nno colon\r\n\r\n", b"GET /%b HTTP/1.1\r\n\r\n" % (b"a" * 9000)],
)
async def test_malformed_request_gets_400_and_is_not_logged(
    request_head: bytes, page: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    async with _connection(page, request_head) as reader:
        assert b" 400 " in await reader.readline()
    assert caplog.records == []


async def test_file_name_that_is_too_long_is_404_and_not_logged(
    page: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    await _text(page, "/static/" + "a" * 300, 404)
    assert caplog.records == []


@pytest.mark.parametrize(
    "path",
    ["/", "/camera/1", "/image/1.jpg", "/status.json", "/metrics", "/healthz", "/static/page.js", "/static/page.css"],
)
async def test_every_answer_is_complete_and_nothing_is_logged(
    path: str, page: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        assert await _text(page, path)
    async with page.head(path) as response:
        assert response.status == 200
    assert caplog.records == []


async def test_client_that_disconnects_leaves_the_render_queue(tmp_path: Path) -> None:
    limits = Limits(max_connections=2, loop_share=1e-9)  # after the first page no other one is ever rendered
    async with open_page(make_fleet(tmp_path), Metrics().registry, Listen("127.0.0.1", 0), limits=limits) as address:
        assert address
        assert b" 200 " in await _first_line(address, "/")
        _, waiting = await _send(address, "/")
        while b" 200 " not in await _first_line(address, "/healthz"):
            pass  # until the server has noticed that the first client is gone
        _, idle = await asyncio.open_connection(*address)
        async with asyncio.timeout(30):
            while await _first_line(address, "/healthz"):
                pass  # until the server has accepted the idle one
            waiting.close()
            while not await _first_line(address, "/healthz"):
                pass
        idle.close()


async def test_client_that_does_not_read_its_picture_is_disconnected(tmp_path: Path) -> None:
    (tmp_path / "image").mkdir()
    (tmp_path / "image" / "1.jpg").write_bytes(b"x" * 50_000_000)  # more than socket buffers hold
    limits, metrics = Limits(max_connections=1, answer_deadline=0.2), Metrics()
    async with open_page(make_fleet(tmp_path), metrics.registry, Listen("127.0.0.1", 0), limits=limits) as address:
        assert address
        _, stream = await _send(address, "/image/1.jpg")
        async with asyncio.timeout(30):
            while not await _first_line(address, "/healthz"):
                pass  # until there is a place again
        stream.close()


async def _send(address: Listen, path: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, stream = await asyncio.open_connection(*address)
    stream.write(b"GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" % path.encode())
    return reader, stream


async def _first_line(address: Listen, path: str) -> bytes:
    """Of the answer; empty if the connection is refused."""
    reader, stream = await _send(address, path)
    try:
        return await reader.readline()
    except ConnectionError:
        return b""
    finally:
        stream.close()


async def test_taken_port_is_named(serve: Serve, tmp_path: Path) -> None:
    host, port, _ = astuple(await serve(lambda _: b""))
    taken = Listen(host, port)
    with pytest.raises(ConfigError, match=f"STATUS_ADDRESS={taken}: the port is taken; name another"):
        async with open_page(make_fleet(tmp_path), Metrics().registry, taken):
            pass


async def test_page_without_an_address_is_off(tmp_path: Path) -> None:
    async with open_page(make_fleet(tmp_path), Metrics().registry, None) as address:
        assert address is None


def test_importing_the_package_does_not_import_jinja2() -> None:
    code = "import sys, cameras.status_page; print('jinja2' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], cwd=PROGRAM.parent, text=True) == "False\n"


async def test_version_is_in_the_footer(page: aiohttp.ClientSession) -> None:
    assert f"cctv-images {__version__}</footer>" in await _text(page, "/")
