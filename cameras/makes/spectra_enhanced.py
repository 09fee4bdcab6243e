"""Pelco Spectra Enhanced: as every Pelco."""

from cameras.makes.pelco import fetch

NAMES = ("Pelco Spectra Enhanced",)
__all__ = ["fetch"]
