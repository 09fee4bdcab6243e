from collections.abc import Awaitable, Callable


async def test_it_is_asked_for_its_vga_picture(
    asked: Callable[[str], Awaitable[list[str]]],
) -> None:
    assert await asked("Sony") == [
        "/jpeg/vga.jpg",
        "/jpeg/vga.jpg Digest MD5",
    ]
