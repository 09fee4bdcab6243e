from collections.abc import Awaitable, Callable


async def test_it_is_asked_for_its_still(
    asked: Callable[[str], Awaitable[list[str]]],
) -> None:
    assert await asked("Avigilon") == [
        "/media/still.jpg",
        "/media/still.jpg Digest MD5",
    ]
