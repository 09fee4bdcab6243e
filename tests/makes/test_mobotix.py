from collections.abc import Awaitable, Callable


async def test_it_is_asked_for_640_pixels_and_for_errors_that_are_no_pictures(
    asked: Callable[[str], Awaitable[list[str]]],
) -> None:
    assert await asked("Mobotix") == [
        "/cgi-bin/image.jpg?size=640x480&quality=60&error=empty",
        "/cgi-bin/image.jpg?size=640x480&quality=60&error=empty Basic",
    ]
