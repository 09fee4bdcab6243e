"""i-PRO (formerly Panasonic): camera CGI, then older models' path. One source each
(visioforge; Panasonic's CGI notes)."""

from cameras.connection import Connection

NAMES = ("i-PRO", "Panasonic", "iPRO")


async def fetch(camera: Connection) -> bytes:
    return await camera.get("/cgi-bin/camera?resolution=640", "/SnapshotJPEG?Resolution=640x480", "/SnapshotJPEG")
