"""Advidia: Hikvision's ISAPI, with logins of its own.

Source: cityofaustin/atd-cctv-images polls Austin's Advidia cameras at /ISAPI/Streaming/channels/101/picture.
Unverified: that every Advidia is made by Hikvision.
"""

from cameras.makes.hikvision import fetch

__all__ = ["fetch"]
