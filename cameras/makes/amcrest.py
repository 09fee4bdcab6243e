"""Amcrest: made by Dahua, with Dahua's API (tchellomello/python-amcrest)."""

from cameras.makes.dahua import fetch

__all__ = ["fetch"]
