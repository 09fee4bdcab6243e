from tests.typing import Asked


async def test_asks_for_640_pixels_then_for_any_size(asked: Asked) -> None:
    assert await asked("Axis") == [
        "/axis-cgi/jpg/image.cgi?resolution=640x360&compression=30",
        "/axis-cgi/jpg/image.cgi?resolution=640x360&compression=30 Digest MD5",
        "/axis-cgi/jpg/image.cgi",
        "/axis-cgi/jpg/image.cgi Digest MD5",
    ]
