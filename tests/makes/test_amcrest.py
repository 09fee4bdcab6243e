from collections.abc import Awaitable, Callable


async def test_asks_for_a_snapshot(asked: Callable[[str], Awaitable[list[str]]]) -> None:
    assert await asked("Amcrest") == [
        "/cgi-bin/snapshot.cgi",
        "/cgi-bin/snapshot.cgi Digest MD5",
    ]
