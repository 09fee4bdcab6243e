"""Sony: the path names the size; /oneshotimage.jpg is the full picture. One source each (visioforge)."""

from cameras.connection import Connection


async def fetch(camera: Connection) -> bytes:
    return await camera.get("/jpeg/vga.jpg", "/oneshotimage.jpg", "/image")
