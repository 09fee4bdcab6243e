"""Finds out whether a body is a complete JPEG, by walking its markers (ITU-T T.81, annex B).

Content-Type is no help: cameras send none, a wrong one, or image/jpeg with an error page. A search for the first FF D9
would end inside an embedded EXIF thumbnail. The picture itself is not decoded.
"""

import re
from collections.abc import Iterator

from cameras.errors import NotAnImage
from cameras.text import quoted

MIN_JPEG_SIZE = 256  # bytes; cameras have answered 200 with 26 bytes
MAX_SEGMENTS = 1000  # a real picture has a few dozen; limits the work on a hostile one

SOI, EOI, SOS, TEM = 0xD8, 0xD9, 0xDA, 0x01
RESTARTS = range(0xD0, 0xD8)
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}

_MARKER = re.compile(rb"\xff+([^\x00\xff])")
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")  # in a scan FF 00 is data, FF D0-D7 are restarts, FF FF is fill


def extract(body: bytes) -> bytes:
    """The JPEG at the start of `body`, without the padding (CR, LF, NUL) and other bytes that some cameras append.

    NotAnImage says what the body is instead, or where the JPEG is cut off.
    """
    if body.startswith(b"\x1f\x8b"):
        raise NotAnImage("it sent gzip although not requested", "turn off compression in its web server's settings")
    if not body.startswith(b"\xff\xd8\xff"):
        raise NotAnImage(_description(body))
    if len(body) < MIN_JPEG_SIZE:
        raise NotAnImage(f"a JPEG of only {len(body)} bytes")
    return body[: _end(body)]


def size(image: bytes) -> tuple[int, int]:
    """Width and height in pixels of a complete JPEG, from its first frame header."""
    for code, start, _ in _segments(image):
        if code in FRAMES:
            return int.from_bytes(image[start + 5 : start + 7]), int.from_bytes(image[start + 3 : start + 5])
    raise NotAnImage("a JPEG without a frame")


def _end(body: bytes) -> int:
    """The offset after the end marker that follows a frame and a scan."""
    frames = scans = 0
    for code, start, end in _segments(body):
        if code == EOI and frames and scans:
            return end
        if code in (EOI, SOI):
            raise NotAnImage(f"a JPEG with a misplaced marker at byte {start}")
        frames += code in FRAMES
        scans += code == SOS
    raise NotAnImage(f"a JPEG cut off after {len(body):,} bytes")


def _segments(body: bytes) -> Iterator[tuple[int, int, int]]:
    """(marker code, start, end) of each segment after the start marker; `start` is the offset of its length field.

    The data of a scan is skipped. Ends early if the bytes do.
    """
    position = 2
    for _ in range(MAX_SEGMENTS):
        if not (marker := _MARKER.match(body, position)):
            return
        code, start = marker[1][0], marker.end()
        if code in (SOI, EOI, TEM) or code in RESTARTS:
            position = start
        else:
            position = start + max(2, int.from_bytes(body[start : start + 2]))
        if position > len(body):
            return
        yield code, start, position
        if code == SOS:
            next_marker = _AFTER_SCAN.search(body, position)
            position = next_marker.start() if next_marker else len(body)


def _description(body: bytes) -> str:
    if not body:
        return "an empty body"
    start = body[:200].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<script", b"<meta")):
        return "an HTML page, often a login page"
    if start.startswith(b"<"):
        return f"XML: {quoted(body)}"
    if body.startswith(b"\x89PNG"):
        return "a PNG picture"
    return f"{len(body):,} bytes beginning {quoted(body, 20)}"
