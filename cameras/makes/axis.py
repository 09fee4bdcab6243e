"""Axis: VAPIX image request.

Source: VAPIX, Video streaming, "JPEG image request": /axis-cgi/jpg/image.cgi?resolution=WxH&compression=0-100. A camera
takes only the resolutions that it lists and refuses others (one source), so it is asked again without.
"""

from cameras.connection.connection import Connection

IMAGE = "/axis-cgi/jpg/image.cgi"


async def fetch(camera: Connection) -> bytes:
    return await camera.get(f"{IMAGE}?resolution=640x360&compression=30", IMAGE)
