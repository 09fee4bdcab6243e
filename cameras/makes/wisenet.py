"""Hanwha Wisenet (formerly Samsung): SUNAPI snapshot; Digest only.

Source: SUNAPI Video guide 2.6.3, video.cgi?msubmenu=snapshot&action=view; ZoneMinder's presets agree. There is no size
parameter: the size follows the camera's profile. Some firmware needs the name of an MJPEG profile (one source);
unverified that profile 1 is one.
"""

from cameras.connection import Connection

NAMES = ("Wisenet", "Hanwha", "Hanwha Wisenet", "Samsung")
SNAPSHOT = "/stw-cgi/video.cgi?msubmenu=snapshot&action=view"


async def fetch(camera: Connection) -> bytes:
    return await camera.get(f"{SNAPSHOT}&Channel=0", f"{SNAPSHOT}&Profile=1&Channel=0")
