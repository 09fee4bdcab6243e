from tests.typing import Asked


async def test_asks_for_640_pixels_with_basic(asked: Asked) -> None:
    assert await asked("Vivotek") == [
        "/cgi-bin/viewer/video.jpg?channel=0&resolution=640x360&quality=3",
        "/cgi-bin/viewer/video.jpg?channel=0&resolution=640x360&quality=3 Basic",
    ]
