"""Bosch: snapshot by name of size.

Source: Bosch technical note "JPEG snapshot": /snap.jpg?JpegSize=S|M|L|XL; XL is 4CIF, 704 pixels wide, on old units
(what it is on new ones is not established).
"""

from cameras.connection.connection import Connection


async def fetch(camera: Connection) -> bytes:
    return await camera.get("/snap.jpg?JpegSize=XL", "/snap.jpg")
