"""Pelco Sarix: same API as Pelco."""

from cameras.makes.pelco import fetch

NAMES = ("Pelco Sarix",)
__all__ = ["fetch"]
