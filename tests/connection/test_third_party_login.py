"""Client and simulator could agree on the same mistake: here each meets strangers."""

import asyncio
import hashlib
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import httpbin
import pytest
import requests
from requests.auth import HTTPDigestAuth
from werkzeug.serving import make_server

from cameras.camera import Address, Camera, Login
from cameras.connection.connection import Connection
from cameras.errors import LoginRejected
from cameras.simulator.camera import SimulatedCamera

LOGIN = Login("viewer", "secret", "TEST_USERNAME")
ODD = Login('J\xe4ger "\\" Smith', '\\p\xe4ss"', "TEST_USERNAME")
WRONG = Login("viewer", "guess", "TEST_USERNAME")
MODULES = ("mpm_event", "authn_core", "authn_file", "authz_core", "authz_user", "auth_digest")


@pytest.fixture(scope="module")
def httpbin_address() -> Iterator[Address]:
    server = make_server("127.0.0.1", 0, httpbin.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Address("127.0.0.1", server.server_port)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def apache(tmp_path: Path) -> Iterator[Address]:
    """Apache with mod_auth_digest, which also compares the uri with the request, the query included."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = Address("127.0.0.1", free.getsockname()[1])
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
    with subprocess.Popen(["/usr/sbin/apache2", "-X", "-f", str(tmp_path / "apache.conf")]) as server:
        _wait_until_it_listens(address)
        yield address
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


async def test_apache_accepts_our_digest_of_a_target_with_a_query(
    apache: Address, session: aiohttp.ClientSession
) -> None:
    connection = Connection(Camera("1", "Axis", apache, LOGIN), session)
    assert await connection.get("/still.jpg?resolution=640x360&text=a%20b&x=%2F") == b"picture"


async def test_apache_accepts_quotes_backslashes_and_umlauts(apache: Address, session: aiohttp.ClientSession) -> None:
    assert await Connection(Camera("1", "Axis", apache, ODD), session).get("/still.jpg") == b"picture"


async def test_apache_rejects_our_wrong_password(apache: Address, session: aiohttp.ClientSession) -> None:
    with pytest.raises(LoginRejected, match=r"401 after Digest MD5.*check TEST_USERNAME"):
        await Connection(Camera("1", "Axis", apache, WRONG), session).get("/still.jpg")


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256", "SHA-512"])
async def test_httpbin_accepts_our_digest_with_every_algorithm(
    httpbin_address: Address, session: aiohttp.ClientSession, algorithm: str
) -> None:
    target = f"/digest-auth/auth/viewer/secret/{algorithm}"
    assert b'"authenticated": true' in await Connection(Camera("1", "Axis", httpbin_address, LOGIN), session).get(
        target
    )
    with pytest.raises(LoginRejected, match=f"401 after Digest {algorithm}"):
        await Connection(Camera("1", "Axis", httpbin_address, WRONG), session).get(target)


async def test_httpbin_accepts_our_basic_login(httpbin_address: Address, session: aiohttp.ClientSession) -> None:
    connection = Connection(Camera("1", "Axis", httpbin_address, LOGIN), session)
    assert b'"authenticated": true' in await connection.get("/basic-auth/viewer/secret")


async def test_the_pretend_camera_accepts_the_digest_of_requests_and_no_wrong_one() -> None:
    async with SimulatedCamera("Axis") as camera:
        url = f"http://127.0.0.1:{camera.port}/axis-cgi/jpg/image.cgi?resolution=320x240"
        assert await _status(url, HTTPDigestAuth(camera.login_check.username, camera.login_check.password)) == 200
        assert await _status(url, HTTPDigestAuth(camera.login_check.username, "guess")) == 401


async def _status(url: str, login: HTTPDigestAuth) -> int:
    with requests.Session() as client:
        return (await asyncio.to_thread(client.get, url, auth=login)).status_code
