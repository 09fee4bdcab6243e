"""Hikvision: ISAPI snapshot of channel 101 (first camera, main stream).

Source: ISAPI guide, /ISAPI/Streaming/channels/<camera*100+stream>/picture; openHAB's ipcamera binding and
maciej-or/hikvision_next agree. Recorders honour the size; on standalone cameras sources disagree, so any size of
picture is accepted. Firmware from before ISAPI knows the last path only.
"""

from cameras.connection import Connection

PICTURE = "/ISAPI/Streaming/channels/101/picture"


async def fetch(camera: Connection) -> bytes:
    return await camera.get(
        f"{PICTURE}?videoResolutionWidth=640&videoResolutionHeight=360",
        PICTURE,
        "/Streaming/channels/1/picture",
    )
