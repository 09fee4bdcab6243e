from collections.abc import Awaitable, Callable


async def test_it_is_asked_for_640_pixels_and_when_it_refuses_the_size_for_any(
    asked: Callable[[str], Awaitable[list[str]]],
) -> None:
    assert await asked("Axis") == [
        "/axis-cgi/jpg/image.cgi?resolution=640x360&compression=30",
        "/axis-cgi/jpg/image.cgi?resolution=640x360&compression=30 Digest MD5",
        "/axis-cgi/jpg/image.cgi",
        "/axis-cgi/jpg/image.cgi Digest MD5",
    ]
