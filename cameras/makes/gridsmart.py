"""GRIDSMART: a vehicle-detection processor with fisheye cameras; its first camera is used.

Source: Trafficware support article 69000825908: https on port 8902, /api/cameras lists the MAC addresses of its
cameras, /api/camera/<mac> answers a JPEG; a User-Agent header is required. Unverified: the exact shape of the list (so
the first text that looks like a MAC address is used), whether a login is needed, and its certificate.
"""

import re

from cameras.connection import Connection
from cameras.errors import NotAnImage
from cameras.text import quoted

NAMES = ("GRIDSMART",)
PORT = 8902
MAX_LIST_BYTES = 100_000  # bytes; a search through more would delay the other cameras
MAC = re.compile(rb"(?<![0-9A-Za-z])[0-9A-Fa-f]{2}([:-]?)(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![0-9A-Za-z])")


async def fetch(camera: Connection) -> bytes:
    listed = await camera.get("/api/cameras", scheme="https", port=PORT)
    if not (mac := MAC.search(listed[:MAX_LIST_BYTES])):
        raise NotAnImage(f"/api/cameras lists no MAC address: {quoted(listed)}")
    return await camera.get(f"/api/camera/{mac[0].decode()}", scheme="https", port=PORT)
