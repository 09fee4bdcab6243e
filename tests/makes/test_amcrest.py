from collections.abc import Awaitable, Callable


async def test_it_is_asked_for_its_snapshot(
    asked: Callable[[str], Awaitable[list[str]]],
) -> None:
    assert await asked("Amcrest") == [
        "/cgi-bin/snapshot.cgi",
        "/cgi-bin/snapshot.cgi Digest MD5",
    ]
