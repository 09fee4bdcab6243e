import aiohttp
import pytest

from cameras.camera import Address, Camera, Login
from cameras.connection import Connection
from cameras.errors import HttpError, LoginRejected, NotAnImage, TooLarge
from tests.typing import Serve, StartCamera


async def test_first_fallback_that_is_not_refused_is_returned(
    simulated: StartCamera, session: aiohttp.ClientSession, picture: bytes
) -> None:
    camera = await simulated("Sarix", still=picture)
    assert await Connection(camera.entry, session).get("/nothing", "/jpeg?id=2", "/never") == picture
    assert [each.target for each in camera.requests] == ["/nothing", "/jpeg?id=2"]


async def test_error_of_the_last_fallback_is_raised(simulated: StartCamera, session: aiohttp.ClientSession) -> None:
    camera = await simulated("Sarix")
    with pytest.raises(HttpError, match="404 Not Found"):
        await Connection(camera.entry, session).get("/a", "/b")
    assert [each.target for each in camera.requests] == ["/a", "/b"]


@pytest.mark.parametrize(("fault", "error"), [("redirect loop", HttpError), ("video", NotAnImage)])
async def test_fallbacks_are_only_for_refusals(
    fault: str, error: type[Exception], simulated: StartCamera, session: aiohttp.ClientSession
) -> None:
    camera = await simulated("Sarix", fault=fault)
    with pytest.raises(error):
        await Connection(camera.entry, session).get("/a", "/b")
    assert len(camera.requests) == 1


async def test_busy_camera_is_not_asked_for_a_fallback(simulated: StartCamera, session: aiohttp.ClientSession) -> None:
    camera = await simulated("Sarix", fault="busy")
    with pytest.raises(HttpError, match=r"503 busy.*will retry at the next interval") as caught:
        await Connection(camera.entry, session).get("/a", "/b")
    assert caught.value.status == 503
    assert len(camera.requests) == 1


async def test_body_over_the_limit_is_too_large(
    simulated: StartCamera, session: aiohttp.ClientSession, picture: bytes
) -> None:
    camera = await simulated("Sarix", still=picture)
    with pytest.raises(TooLarge, match=f"more than {len(picture) - 1:,} bytes"):
        await Connection(camera.entry, session, body_limit=len(picture) - 1).get("/jpeg?id=2")
    assert await Connection(camera.entry, session, body_limit=len(picture)).get("/jpeg?id=2") == picture


async def test_wrong_password_is_sent_once(simulated: StartCamera, session: aiohttp.ClientSession) -> None:
    camera = await simulated("Axis", fault="wrong password")
    with pytest.raises(LoginRejected, match="401 after Digest MD5"):
        await Connection(camera.entry, session).get("/a", "/b")
    assert camera.login_check.refused == 1
    assert len(camera.requests) == 2


@pytest.mark.parametrize("status", [403, 407])
async def test_login_rejected_with_403_or_407_is_not_sent_again(
    serve: Serve, session: aiohttp.ClientSession, status: int
) -> None:
    def answer(head: bytes) -> bytes:
        code = status if b"Authorization: " in head else 401
        challenge = b'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth"'
        return b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n%s\r\n\r\n" % (code, challenge)

    connection = Connection(Camera("1", "Axis", await serve(answer), Login("u", "p", "AXIS_USERNAME")), session)
    with pytest.raises(LoginRejected, match=f"{status} after Digest MD5"):
        await connection.get("/a", "/b", "/c")
    assert sum(b"Authorization: " in head for head in serve.requests) == 1


async def test_missing_login_names_the_settings_to_set(simulated: StartCamera, session: aiohttp.ClientSession) -> None:
    camera = (await simulated("Spectra Enhanced", fault="wrong password")).entry
    with pytest.raises(LoginRejected, match=r"wants 'Digest MD5' and none is set.*set SPECTRA_ENHANCED_USERNAME"):
        await Connection(camera, session).get("/a")


@pytest.mark.parametrize(("offers", "joined"), [(("Basic", "Digest MD5"), False), (("Basic", "Digest SHA-256"), True)])
async def test_basic_is_not_sent_if_digest_is_offered(
    simulated: StartCamera, session: aiohttp.ClientSession, offers: tuple[str, ...], joined: bool
) -> None:
    camera = await simulated("New", still=b"picture")
    camera.login_check.offers, camera.login_check.joined = offers, joined
    assert await Connection(camera.entry, session).get("/") == b"picture"
    assert camera.requests[-1].headers["authorization"].startswith("Digest ")
    assert camera.login_check.refused == 0


async def test_request_has_no_headers_that_cost_the_camera(
    simulated: StartCamera, session: aiohttp.ClientSession
) -> None:
    camera = await simulated("Sarix")
    await Connection(camera.entry, session).get("/jpeg?id=2")
    assert camera.requests[0].headers == {
        "host": f"127.0.0.1:{camera.port}",
        "user-agent": "cctv-images",
        "accept": "*/*",
        "accept-encoding": "identity",
        "connection": "close",
    }


async def test_ipv6_camera_is_reached(serve: Serve, session: aiohttp.ClientSession) -> None:
    address = await serve(lambda _: b"HTTP/1.0 200 OK\r\n\r\nsix", host="::1")
    assert await Connection(Camera("1", "Sarix", address), session).get("/") == b"six"


@pytest.mark.parametrize(("given", "path"), [("/a%20b?x=1", "/a%20b?x=1"), (None, "/")])
async def test_path_is_the_camera_lists_or_the_root(
    session: aiohttp.ClientSession, given: str | None, path: str
) -> None:
    assert Connection(Camera("1", "Generic", Address("10.0.0.1"), path=given), session).path == path
