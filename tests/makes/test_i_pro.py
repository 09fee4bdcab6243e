from tests.typing import Asked


async def test_asks_for_640_pixels(asked: Asked) -> None:
    assert await asked("i-PRO") == [
        "/cgi-bin/camera?resolution=640",
        "/cgi-bin/camera?resolution=640 Digest MD5",
    ]
