from dataclasses import replace

import pytest
from yarl import URL

from cameras.camera import Address, Camera, Login
from cameras.connection import Client, Connection
from cameras.connection.refusal import closed_hint
from cameras.errors import HttpError, LoginRejected, NotAnImage, TooLarge
from cameras.simulator.faults import FAULTS, http_error
from tests.typing import Get, Serve, StartCamera


async def test_first_fallback_that_is_not_refused_is_returned(simulated: StartCamera, get: Get, picture: bytes) -> None:
    camera = await simulated("Sarix", still=picture)
    assert await get(camera.entry, "/nothing", "/jpeg?id=2", "/never") == picture
    assert [each.target for each in camera.requests] == ["/nothing", "/jpeg?id=2"]


async def test_error_of_the_last_fallback_is_raised(simulated: StartCamera, get: Get) -> None:
    camera = await simulated("Sarix")
    with pytest.raises(HttpError, match="404 Not Found"):
        await get(camera.entry, "/a", "/b")
    assert [each.target for each in camera.requests] == ["/a", "/b"]


@pytest.mark.parametrize(("fault", "error"), [("redirect loop", HttpError), ("video", NotAnImage)])
async def test_fallbacks_are_only_for_refusals(
    fault: str, error: type[Exception], simulated: StartCamera, get: Get
) -> None:
    camera = await simulated("Sarix", fault=fault)
    with pytest.raises(error):
        await get(camera.entry, "/a", "/b")
    assert len(camera.requests) == 1


async def test_busy_camera_is_not_asked_for_a_fallback(simulated: StartCamera, get: Get) -> None:
    camera = await simulated("Sarix", fault="busy")
    with pytest.raises(HttpError, match=r"503 busy.*will retry at the next interval") as caught:
        await get(camera.entry, "/a", "/b")
    assert caught.value.status == 503
    assert len(camera.requests) == 1


async def test_body_over_the_limit_is_too_large(simulated: StartCamera, client: Client, picture: bytes) -> None:
    camera = await simulated("Sarix", still=picture)
    async with Connection(camera.entry, client, body_limit=len(picture) - 1) as connection:
        with pytest.raises(TooLarge, match=f"more than {len(picture) - 1:,} bytes"):
            await connection.get("/jpeg?id=2")
    async with Connection(camera.entry, client, body_limit=len(picture)) as connection:
        assert await connection.get("/jpeg?id=2") == picture


async def test_wrong_password_is_sent_once(simulated: StartCamera, get: Get) -> None:
    camera = await simulated("Axis", fault="wrong password")
    with pytest.raises(LoginRejected, match="401 after Digest MD5"):
        await get(camera.entry, "/a", "/b")
    assert camera.login_check.refused == 1
    assert len(camera.requests) == 2


@pytest.mark.parametrize("status", [403, 407])
async def test_login_rejected_with_403_or_407_is_not_sent_again(serve: Serve, get: Get, status: int) -> None:
    def answer(head: bytes) -> bytes:
        code = status if b"Authorization: " in head else 401
        challenge = b'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"'
        return b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n%s\r\n\r\n" % (code, challenge)

    camera = Camera("1", "Axis", await serve(answer), Login("u", "p", "AXIS_USERNAME"))
    with pytest.raises(LoginRejected, match=f"{status} after Digest MD5"):
        await get(camera, "/a", "/b", "/c")
    assert sum(b"Authorization: " in head for head in serve.requests) == 1


@pytest.mark.parametrize(
    ("location", "sentence"),
    [
        (b"https://10.1.2.3/", "it redirects to https: give its address as https://..."),
        (b"HTTPS://10.1.2.3:8443/x", "it redirects to https: give its address as https://..."),
        (b"http://10.1.2.3/", "check its address and port, and whether it wants https"),
    ],
)
async def test_redirect_to_https_is_reported_without_the_address(
    location: bytes, sentence: str, simulated: StartCamera, get: Get, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FAULTS, "redirects", http_error(b"301 Moved", "", b"Location: " + location))
    camera = await simulated("Sarix", fault="redirects")
    with pytest.raises(HttpError) as caught:
        await get(camera.entry, "/a")
    assert str(caught.value) == f"refused (301 redirect, not followed); {sentence}"


async def test_scheme_and_port_of_the_address_override_those_of_the_make(
    simulated: StartCamera, client: Client
) -> None:
    camera = await simulated("GRIDSMART")  # the simulated one with TLS
    address = replace(camera.entry.address, scheme="https")
    async with Connection(replace(camera.entry, address=address), client) as connection:
        assert await connection.get("/api/cameras", scheme="http", port=81)


@pytest.mark.parametrize(("url", "hint"), [("http://h:443/", "https://..."), ("https://h/", ""), ("http://h:81/", "")])
def test_connection_closed_on_port_443_suggests_https(url: str, hint: str) -> None:
    assert closed_hint(URL(url)).endswith(hint)
    assert bool(closed_hint(URL(url))) is bool(hint)


async def test_missing_login_names_the_settings_to_set(simulated: StartCamera, get: Get) -> None:
    camera = (await simulated("Spectra Enhanced", fault="wrong password")).entry
    with pytest.raises(LoginRejected, match=r"wants 'Digest MD5' and none is set.*set SPECTRA_ENHANCED_USERNAME"):
        await get(camera, "/a")


@pytest.mark.parametrize(("offers", "joined"), [(("Basic", "Digest MD5"), False), (("Basic", "Digest SHA-256"), True)])
async def test_basic_is_not_sent_if_digest_is_offered(
    simulated: StartCamera, get: Get, offers: tuple[str, ...], joined: bool
) -> None:
    camera = await simulated("New", still=b"picture")
    camera.login_check.offers, camera.login_check.joined = offers, joined
    assert await get(camera.entry, "/") == b"picture"
    assert camera.requests[-1].headers["authorization"].startswith("Digest ")
    assert camera.login_check.refused == 0


async def test_request_has_no_headers_that_cost_the_camera(simulated: StartCamera, get: Get) -> None:
    camera = await simulated("Sarix")
    await get(camera.entry, "/jpeg?id=2")
    assert camera.requests[0].headers == {
        "host": f"127.0.0.1:{camera.port}",
        "user-agent": "cctv-images",
        "accept": "*/*",
        "accept-encoding": "identity",
    }


async def test_ipv6_camera_is_reached(serve: Serve, get: Get) -> None:
    address = await serve(lambda _: b"HTTP/1.0 200 OK\r\n\r\nsix", host="::1")
    assert await get(Camera("1", "Sarix", address), "/") == b"six"


@pytest.mark.parametrize(("given", "path"), [("/a%20b?x=1", "/a%20b?x=1"), (None, "/")])
async def test_path_is_the_camera_lists_or_the_root(client: Client, given: str | None, path: str) -> None:
    assert Connection(Camera("1", "Generic", Address("10.0.0.1"), path=given), client).path == path
