import gzip
import io

import pytest
from PIL import Image

from cameras import jpeg
from cameras.errors import NotAnImage


def test_complete_picture_is_returned_unchanged(picture: bytes) -> None:
    assert jpeg.extract(picture) == picture
    assert jpeg.size(picture) == (640, 360)


@pytest.mark.parametrize("tail", [b"\r\n", b"\0" * 100, b"\r\n--boundary--\r\n", b"\xff\xd9"])
def test_appended_bytes_are_cut_off(picture: bytes, tail: bytes) -> None:
    assert jpeg.extract(picture + tail) == picture


def test_progressive_picture_with_many_scans_is_complete(picture: bytes) -> None:
    file = io.BytesIO()
    Image.open(io.BytesIO(picture)).save(file, "JPEG", progressive=True)
    assert jpeg.extract(file.getvalue()) == file.getvalue()
    assert jpeg.size(file.getvalue()) == (640, 360)


def test_picture_does_not_end_with_its_embedded_thumbnail(picture: bytes) -> None:
    file = io.BytesIO()
    Image.open(io.BytesIO(picture)).resize((80, 45)).save(file, "JPEG")
    exif = b"Exif\0\0" + file.getvalue()
    with_thumbnail = picture[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2) + exif + picture[2:]
    assert jpeg.extract(with_thumbnail) == with_thumbnail
    assert jpeg.size(with_thumbnail) == (640, 360)


def test_picture_cut_off_anywhere_is_incomplete(picture: bytes) -> None:
    for length in [*range(0, 700, 7), *range(700, len(picture), 501), len(picture) - 1]:
        with pytest.raises(NotAnImage):
            jpeg.extract(picture[:length])


@pytest.mark.parametrize(
    ("body", "description"),
    [
        (b"", "an empty body"),
        (b"\n <!DOCTYPE html><html>Log in</html>", "an HTML page, often a login page"),
        (b"<?xml version='1.0'?><userCheck>", "XML: "),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 500, "a PNG picture"),
        (gzip.compress(b"\xff\xd8\xff", mtime=0), "sent gzip although not requested"),
        (b"Error\r\nFORGED LOG LINE", r"20 bytes beginning 'Error\r\nFORGED LOG LI'…".replace("20", "22")),
        (b"\xff\xd8\xff\xe0 tiny \xff\xd9", "a JPEG of only 12 bytes"),
    ],
)
def test_other_content_is_described_in_one_safe_line(body: bytes, description: str) -> None:
    with pytest.raises(NotAnImage) as caught:
        jpeg.extract(body)
    assert description in str(caught.value)
    assert str(caught.value).isprintable()


def test_number_of_segments_is_limited() -> None:
    with pytest.raises(NotAnImage):
        jpeg.extract(b"\xff\xd8" + b"\xff\x01" * 4_000_000)
    with pytest.raises(NotAnImage):
        jpeg.extract(b"\xff\xd8" + b"\xff" * 8_000_000)
