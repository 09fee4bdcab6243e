"""Dahua: HTTP API snapshot; the size is the one set under Encode > Snapshot.

Source: tchellomello/python-amcrest, rroller/dahua: /cgi-bin/snapshot.cgi; some models reject `channel` (counted from
1), some need it.
"""

from cameras.connection import Connection


async def fetch(camera: Connection) -> bytes:
    return await camera.get("/cgi-bin/snapshot.cgi", "/cgi-bin/snapshot.cgi?channel=1")
