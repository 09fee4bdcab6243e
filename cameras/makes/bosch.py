"""Bosch: snapshot with a named size.

Source: Bosch technical note "JPEG snapshot": /snap.jpg?JpegSize=S|M|L|XL; XL is 4CIF, 704 pixels wide, on old units
(unverified on new ones).
"""

from cameras.connection import Connection


async def fetch(camera: Connection) -> bytes:
    return await camera.get("/snap.jpg?JpegSize=XL", "/snap.jpg")
