"""Avigilon H4 and later: one still, no size parameter found. One source."""

from cameras.connection import Connection


async def fetch(camera: Connection) -> bytes:
    return await camera.get("/media/still.jpg")
