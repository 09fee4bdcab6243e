"""Uniview: four sources, each with a different path, so each is tried."""

from cameras.connection import Connection


async def fetch(camera: Connection) -> bytes:
    return await camera.get(
        "/images/snapshot.jpg",
        "/cgi-bin/snapshot.cgi",
        "/onvif-http/snapshot?channel=1",
        "/LAPI/V1.0/Channels/1/Media/Snapshot",
    )
