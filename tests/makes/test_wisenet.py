from tests.typing import Asked


async def test_asks_sunapi_with_the_first_digest(asked: Asked) -> None:
    assert await asked("Wisenet") == [
        "/stw-cgi/video.cgi?msubmenu=snapshot&action=view&Channel=0",
        "/stw-cgi/video.cgi?msubmenu=snapshot&action=view&Channel=0 Digest SHA-256",
    ]
