"""Hanwha Wisenet (once Samsung): SUNAPI snapshot; Digest only.

Source: SUNAPI Video guide 2.6.3, video.cgi?msubmenu=snapshot&action=view; ZoneMinder's presets agree. There is no size
parameter: the size follows the camera's profile. Some firmware wants a profile named, and an MJPEG one (one source);
that profile 1 is such a one is unverified.
"""

from cameras.connection.connection import Connection

NAMES = ("Wisenet", "Hanwha", "Hanwha Wisenet", "Samsung")
SNAPSHOT = "/stw-cgi/video.cgi?msubmenu=snapshot&action=view"


async def fetch(camera: Connection) -> bytes:
    return await camera.get(f"{SNAPSHOT}&Channel=0", f"{SNAPSHOT}&Profile=1&Channel=0")
