"""Axis: VAPIX image request.

Source: VAPIX, Video streaming, "JPEG image request": /axis-cgi/jpg/image.cgi?resolution=WxH&compression=0-100. A camera
accepts only the resolutions that it lists (one source), so the request without a resolution is the fallback.
"""

from cameras.connection import Connection

IMAGE = "/axis-cgi/jpg/image.cgi"


async def fetch(camera: Connection) -> bytes:
    return await camera.get(f"{IMAGE}?resolution=640x360&compression=30", IMAGE)
