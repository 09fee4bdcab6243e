"""Mobotix: a picture of a given size; else the current picture of its recorder.

Source: a camera's own help page (webcam.ycw.de): /cgi-bin/image.jpg?size=WxH&quality=0-100, /record/current.jpg. The
camera sends its errors as pictures unless asked with `error=empty`; not verified for image.jpg on every model.
"""

from cameras.connection import Connection


async def fetch(camera: Connection) -> bytes:
    return await camera.get(
        "/cgi-bin/image.jpg?size=640x480&quality=60&error=empty",
        "/record/current.jpg?error=empty",
    )
