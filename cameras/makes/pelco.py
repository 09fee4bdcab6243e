"""Pelco: the JPEG of stream 2, the smaller one; Austin's need no login, but the camera can be set to require one.

Source: cityofaustin/atd-cctv-images (from Pelco's API test program): /jpeg?id=2; /jpeg alone from one other source.
Models of 2023 and later (Sarix Modular, Pro 4, Enhanced 4) show their "Still Image URI" on their web page; that it is
/media/still.jpg is unverified: give it as `path` in CAMERA_ADDRESSES.
"""

from cameras.connection import Connection


async def fetch(camera: Connection) -> bytes:
    return await camera.get("/jpeg?id=2", "/jpeg")
