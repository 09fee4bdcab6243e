from collections.abc import Awaitable, Callable


async def test_asks_for_the_largest_named_size(asked: Callable[[str], Awaitable[list[str]]]) -> None:
    assert await asked("Bosch") == [
        "/snap.jpg?JpegSize=XL",
        "/snap.jpg?JpegSize=XL Digest MD5",
    ]
