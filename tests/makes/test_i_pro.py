from collections.abc import Awaitable, Callable


async def test_asks_for_640_pixels(asked: Callable[[str], Awaitable[list[str]]]) -> None:
    assert await asked("i-PRO") == [
        "/cgi-bin/camera?resolution=640",
        "/cgi-bin/camera?resolution=640 Digest MD5",
    ]
