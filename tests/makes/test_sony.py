from tests.typing import Asked


async def test_asks_for_the_vga_picture(asked: Asked) -> None:
    assert await asked("Sony") == [
        "/jpeg/vga.jpg",
        "/jpeg/vga.jpg Digest MD5",
    ]
