from tests.typing import Asked


async def test_asks_for_the_largest_named_size(asked: Asked) -> None:
    assert await asked("Bosch") == [
        "/snap.jpg?JpegSize=XL",
        "/snap.jpg?JpegSize=XL Digest MD5",
    ]
