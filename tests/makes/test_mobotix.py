from collections.abc import Awaitable, Callable


async def test_asks_for_640_pixels_and_no_error_pictures(asked: Callable[[str], Awaitable[list[str]]]) -> None:
    assert await asked("Mobotix") == [
        "/cgi-bin/image.jpg?size=640x480&quality=60&error=empty",
        "/cgi-bin/image.jpg?size=640x480&quality=60&error=empty Basic",
    ]
