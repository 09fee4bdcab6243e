from collections.abc import Awaitable, Callable


async def test_asks_for_stream_2_without_a_login(asked: Callable[[str], Awaitable[list[str]]]) -> None:
    assert await asked("Pelco") == [
        "/jpeg?id=2",
    ]
