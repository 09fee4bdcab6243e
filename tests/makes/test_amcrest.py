from tests.typing import Asked


async def test_asks_for_a_snapshot(asked: Asked) -> None:
    assert await asked("Amcrest") == [
        "/cgi-bin/snapshot.cgi",
        "/cgi-bin/snapshot.cgi Digest MD5",
    ]
