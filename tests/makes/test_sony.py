from collections.abc import Awaitable, Callable


async def test_asks_for_the_vga_picture(asked: Callable[[str], Awaitable[list[str]]]) -> None:
    assert await asked("Sony") == [
        "/jpeg/vga.jpg",
        "/jpeg/vga.jpg Digest MD5",
    ]
