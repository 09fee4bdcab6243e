from collections.abc import Awaitable, Callable


async def test_asks_for_a_still(asked: Callable[[str], Awaitable[list[str]]]) -> None:
    assert await asked("Avigilon") == [
        "/media/still.jpg",
        "/media/still.jpg Digest MD5",
    ]
