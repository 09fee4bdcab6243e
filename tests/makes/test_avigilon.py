from tests.typing import Asked


async def test_asks_for_a_still(asked: Asked) -> None:
    assert await asked("Avigilon") == [
        "/media/still.jpg",
        "/media/still.jpg Digest MD5",
    ]
