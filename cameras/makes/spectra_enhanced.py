"""Pelco Spectra Enhanced: same API as Pelco."""

from cameras.makes.pelco import fetch

NAMES = ("Pelco Spectra Enhanced",)
__all__ = ["fetch"]
