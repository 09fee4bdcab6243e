"""Vivotek: still image CGI.

Source: FE9380 user's manual p. 313, and four sibling manuals: /cgi-bin/viewer/video.jpg with channel, resolution and
quality 1-5. A size larger than every stream's fails. /cgi-bin/video.jpg is the older path.
"""

from cameras.connection import Connection

STILL = "/cgi-bin/viewer/video.jpg?channel=0"


async def fetch(camera: Connection) -> bytes:
    return await camera.get(f"{STILL}&resolution=640x360&quality=3", STILL, "/cgi-bin/video.jpg")
