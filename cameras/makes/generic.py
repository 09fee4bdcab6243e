"""Any camera whose `path` is given in CAMERA_ADDRESSES: a still over plain HTTP, asked for exactly as written there."""

from cameras.connection.connection import Connection


async def fetch(camera: Connection) -> bytes:
    return await camera.get(camera.camera.path or "/")
