"""Pelco: the JPEG of stream 2, the smaller one; no login in Austin's use, but the camera can be set to ask for one.

Source: cityofaustin/atd-cctv-images (from Pelco's API test program): /jpeg?id=2; /jpeg alone from one more source.
Models of 2023 and later (Sarix Modular, Pro 4, Enhanced 4) show their "Still Image URI" on their web page; that it is
/media/still.jpg is unverified: give it as `path` in CAMERA_ADDRESSES.
"""

from cameras.connection.connection import Connection


async def fetch(camera: Connection) -> bytes:
    return await camera.get("/jpeg?id=2", "/jpeg")
