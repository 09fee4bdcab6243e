from tests.typing import Asked


async def test_asks_for_stream_2_without_a_login(asked: Asked) -> None:
    assert await asked("Pelco") == [
        "/jpeg?id=2",
    ]
