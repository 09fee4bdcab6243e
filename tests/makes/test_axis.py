from collections.abc import Awaitable, Callable


async def test_asks_for_640_pixels_then_for_any_size(asked: Callable[[str], Awaitable[list[str]]]) -> None:
    assert await asked("Axis") == [
        "/axis-cgi/jpg/image.cgi?resolution=640x360&compression=30",
        "/axis-cgi/jpg/image.cgi?resolution=640x360&compression=30 Digest MD5",
        "/axis-cgi/jpg/image.cgi",
        "/axis-cgi/jpg/image.cgi Digest MD5",
    ]
