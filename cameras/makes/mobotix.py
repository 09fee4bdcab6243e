"""Mobotix: image.cgi with a size; else the current picture of its recorder.

Source: a camera's own help page (webcam.ycw.de): /cgi-bin/image.jpg?size=WxH&quality=0-100, /record/current.jpg. The
camera draws its errors as a picture unless told `error=empty`; that image.jpg heeds it on every model is unverified.
"""

from cameras.connection.connection import Connection


async def fetch(camera: Connection) -> bytes:
    return await camera.get(
        "/cgi-bin/image.jpg?size=640x480&quality=60&error=empty",
        "/record/current.jpg?error=empty",
    )
