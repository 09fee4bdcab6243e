from tests.typing import Asked


async def test_asks_for_one_path_after_another(asked: Asked) -> None:
    assert await asked("Uniview") == [
        "/images/snapshot.jpg",
        "/images/snapshot.jpg Digest MD5-sess",
        "/cgi-bin/snapshot.cgi",
        "/cgi-bin/snapshot.cgi Digest MD5-sess",
        "/onvif-http/snapshot?channel=1",
        "/onvif-http/snapshot?channel=1 Digest MD5-sess",
    ]
