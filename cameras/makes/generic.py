"""Any camera with a `path` in CAMERA_ADDRESSES: a still over plain HTTP, requested exactly as written there."""

from cameras.connection import Connection


async def fetch(camera: Connection) -> bytes:
    return await camera.get(camera.path)
