from tests.typing import Asked


async def test_asks_for_a_small_picture_of_channel_101(asked: Asked) -> None:
    assert await asked("Hikvision") == [
        "/ISAPI/Streaming/channels/101/picture?videoResolutionWidth=640&videoResolutionHeight=360",
        "/ISAPI/Streaming/channels/101/picture?videoResolutionWidth=640&videoResolutionHeight=360 Digest MD5",
    ]
