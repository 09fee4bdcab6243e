from tests.typing import Asked


async def test_asks_for_640_pixels_and_no_error_pictures(asked: Asked) -> None:
    assert await asked("Mobotix") == [
        "/cgi-bin/image.jpg?size=640x480&quality=60&error=empty",
        "/cgi-bin/image.jpg?size=640x480&quality=60&error=empty Basic",
    ]
