"""Client and simulator could agree on the same mistake: here each meets strangers."""

import asyncio
import hashlib
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import parse_http_list, parse_keqv_list

import pytest
import requests
from aiohttp import web
from aiohttp.test_utils import TestServer
from requests.auth import HTTPDigestAuth

from cameras.camera import Address, Camera, Login
from cameras.errors import LoginRejected
from cameras.simulator.camera import SimulatedCamera
from tests.typing import Get

LOGIN = Login("viewer", "secret", "TEST_USERNAME")
ODD = Login('J\xe4ger "\\" Smith', '\\p\xe4ss"', "TEST_USERNAME")
WRONG = Login("viewer", "guess", "TEST_USERNAME")
MODULES = ("mpm_event", "authn_core", "authn_file", "authz_core", "authz_user", "auth_digest")
LIGHTTPD = """
server.modules = ("mod_auth", "mod_authn_file")
server.bind = "{address.host}"
server.port = {address.port}
server.document-root = "{folder}"
auth.backend = "plain"
auth.backend.plain.userfile = "{folder}/logins"
auth.require = (
    "/basic" => ("method" => "basic", "realm" => "lighttpd", "require" => "valid-user"),
    "/MD5" => ("method" => "digest", "algorithm" => "MD5", "realm" => "lighttpd", "require" => "valid-user"),
    "/SHA-256" => ("method" => "digest", "algorithm" => "SHA-256", "realm" => "lighttpd", "require" => "valid-user"),
)
"""


@pytest.fixture
def apache(tmp_path: Path) -> Iterator[Address]:
    """Apache with mod_auth_digest, which also compares the uri with the request, the query included."""
    address = _free_address()
    (tmp_path / "still.jpg").write_bytes(b"picture")
    key = hashlib.md5(b"viewer:a realm, with a comma:secret").hexdigest()
    odd_key = hashlib.md5(f"{ODD.username}:a realm, with a comma:{ODD.password}".encode()).hexdigest()
    (tmp_path / "logins").write_text(
        f"viewer:a realm, with a comma:{key}\n{ODD.username}:a realm, with a comma:{odd_key}\n"
    )
    modules = "\n".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in MODULES)
    (tmp_path / "apache.conf").write_text(f"""{modules}
        Listen {address}
        ServerName localhost
        DefaultRuntimeDir {tmp_path}
        PidFile {tmp_path}/apache.pid
        ErrorLog {tmp_path}/error.log
        DocumentRoot {tmp_path}
        <Location />
            AuthType Digest
            AuthName "a realm, with a comma"
            AuthUserFile {tmp_path}/logins
            Require valid-user
        </Location>""")
    with _running("/usr/sbin/apache2", "-X", "-f", str(tmp_path / "apache.conf"), address=address):
        yield address


@pytest.fixture
def lighttpd(tmp_path: Path) -> Iterator[Address]:
    """lighttpd with mod_auth, for Basic, and for Digest with the algorithm that the path names."""
    address = _free_address()
    (tmp_path / "logins").write_text("viewer:secret\n")
    for name in ("basic", "MD5", "SHA-256"):
        (tmp_path / name).write_bytes(b"picture")
    (tmp_path / "lighttpd.conf").write_text(LIGHTTPD.format(address=address, folder=tmp_path))
    with _running("/usr/sbin/lighttpd", "-D", "-f", str(tmp_path / "lighttpd.conf"), address=address):
        yield address


def _free_address() -> Address:
    """Neither server can be given port 0 and say what it got. The host is this process's own, so that nobody else takes
    the port meanwhile."""
    host = f"127.{os.getpid() >> 16}.{os.getpid() >> 8 & 255}.{os.getpid() & 255}"
    with socket.create_server((host, 0)) as free:
        return Address(host, free.getsockname()[1])


@contextmanager
def _running(*command: str, address: Address) -> Iterator[None]:
    with subprocess.Popen(command) as server:
        try:
            _wait_until_it_listens(address)
            yield
        finally:
            server.terminate()


def _wait_until_it_listens(address: Address) -> None:
    assert address.port
    for _ in range(500):
        try:
            socket.create_connection((address.host, address.port)).close()
        except ConnectionRefusedError:
            threading.Event().wait(0.02)
        else:
            return
    pytest.fail("the server does not listen")


async def test_apache_accepts_our_digest_of_a_target_with_a_query(apache: Address, get: Get) -> None:
    target = "/still.jpg?resolution=640x360&text=a%20b&x=%2F"
    assert await get(Camera("1", "Axis", apache, LOGIN), target) == b"picture"


async def test_apache_accepts_quotes_backslashes_and_umlauts(apache: Address, get: Get) -> None:
    assert await get(Camera("1", "Axis", apache, ODD), "/still.jpg") == b"picture"


async def test_apache_rejects_our_wrong_password(apache: Address, get: Get) -> None:
    with pytest.raises(LoginRejected, match=r"401 after Digest MD5.*check TEST_USERNAME"):
        await get(Camera("1", "Axis", apache, WRONG), "/still.jpg")


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
async def test_lighttpd_accepts_our_digest(lighttpd: Address, get: Get, algorithm: str) -> None:
    assert await get(Camera("1", "Axis", lighttpd, LOGIN), f"/{algorithm}") == b"picture"
    with pytest.raises(LoginRejected, match=f"401 after Digest {algorithm}"):
        await get(Camera("1", "Axis", lighttpd, WRONG), f"/{algorithm}")


async def test_lighttpd_accepts_our_basic_login(lighttpd: Address, get: Get) -> None:
    assert await get(Camera("1", "Axis", lighttpd, LOGIN), "/basic") == b"picture"
    with pytest.raises(LoginRejected, match="401 after Basic"):
        await get(Camera("1", "Axis", lighttpd, WRONG), "/basic")


@pytest.mark.parametrize("algorithm", ["MD5", "SHA", "SHA-256", "SHA-512"])
async def test_our_digest_is_that_of_requests(get: Get, algorithm: str) -> None:
    """For the algorithms that no server here asks for. Without qop nothing in a digest is random."""
    accepted: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        login = parse_keqv_list(parse_http_list(request.headers.get("Authorization", "").removeprefix("Digest ")))
        if "requests" in request.headers["User-Agent"] and login:
            accepted.append(login["response"])
        challenge = {"WWW-Authenticate": f'Digest realm="a realm", nonce="0123", opaque="5ccc", algorithm={algorithm}'}
        if login.get("response") in accepted:
            return web.Response(body=b"picture")
        return web.Response(status=401, headers=challenge)

    app = web.Application()
    app.router.add_get("/", answer)
    async with TestServer(app) as server:
        assert server.port
        address = Address("127.0.0.1", server.port)
        assert await _status(f"http://{address}/?a=b", HTTPDigestAuth(LOGIN.username, LOGIN.password)) == 200
        assert await get(Camera("1", "Axis", address, LOGIN), "/?a=b") == b"picture"
        with pytest.raises(LoginRejected, match=f"401 after Digest {algorithm}"):
            await get(Camera("1", "Axis", address, WRONG), "/?a=b")


async def test_simulated_camera_accepts_the_digest_of_requests_and_no_wrong_one() -> None:
    async with SimulatedCamera("Axis") as camera:
        url = f"http://127.0.0.1:{camera.port}/axis-cgi/jpg/image.cgi?resolution=320x240"
        assert await _status(url, HTTPDigestAuth(camera.login_check.username, camera.login_check.password)) == 200
        assert await _status(url, HTTPDigestAuth(camera.login_check.username, "guess")) == 401


async def _status(url: str, login: HTTPDigestAuth) -> int:
    with requests.Session() as client:
        return (await asyncio.to_thread(client.get, url, auth=login)).status_code


@pytest.mark.parametrize("fault", ["nonce bound to its connection", "stale once", "one-time nonces"])
async def test_curl_gets_a_picture_from_a_strict_simulated_camera(fault: str, picture: bytes) -> None:
    """So that the faults are those of cameras that a common client is served by."""
    async with SimulatedCamera("New", fault=fault, still=picture) as camera:
        check = camera.login_check
        assert await _curl(camera, f"{check.username}:{check.password}") == picture
        assert await _curl(camera, f"{check.username}:guess") == b""


async def _curl(camera: SimulatedCamera, login: str) -> bytes:
    url = f"http://127.0.0.1:{camera.port}/"
    command = ["curl", "--silent", "--fail", "--digest", "--user", login, url]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    return output
