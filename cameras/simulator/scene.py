"""The simulated picture: a road with moving cars, the camera's name and the time."""

import io
import random
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

SIZE = (640, 360)
SKIES = ((120, 170, 220), (150, 160, 175), (235, 170, 120), (70, 90, 130))
PAINTS = ((196, 40, 40), (240, 240, 235), (30, 60, 150), (25, 25, 28), (220, 180, 40), (110, 120, 125))
HORIZON, LANES = 150, (190, 236, 292)  # pixels from the top


def draw(name: str, seed: str, seconds: float, clock: str, size: tuple[int, int] = SIZE, quality: int = 70) -> bytes:
    """A JPEG of `size` pixels. `seed` selects the backdrop and the cars, `seconds` their positions; `name` and `clock`
    are written on it."""
    picture = _backdrop(seed).copy()
    pen = ImageDraw.Draw(picture)
    _cars(pen, random.Random(seed), seconds)
    pen.rectangle((0, 0, SIZE[0], 30), fill=(0, 0, 0))
    pen.text((8, 6), name[:56], font=_font(16), fill=(255, 255, 255))
    pen.text((SIZE[0] - 8, SIZE[1] - 10), clock, font=_font(18), fill=(255, 255, 160), anchor="rs")
    if size != SIZE:
        picture = picture.resize(size)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return file.getvalue()


@lru_cache(maxsize=64)
def _backdrop(seed: str) -> Image.Image:
    rng = random.Random(seed)
    picture = Image.new("RGB", SIZE, rng.choice(SKIES))
    pen = ImageDraw.Draw(picture)
    for left in range(-20, SIZE[0], 46):
        roof = HORIZON - rng.randint(15, 95)
        shade = rng.randint(60, 120)
        pen.rectangle((left, roof, left + rng.randint(30, 50), HORIZON), fill=(shade, shade, shade + 10))
    pen.rectangle((0, HORIZON, *SIZE), fill=(84, 110, 70))
    pen.rectangle((0, HORIZON + 22, SIZE[0], SIZE[1] - 20), fill=(70, 70, 74))
    for y in LANES[1:]:
        for x in range(0, SIZE[0], 60):
            pen.rectangle((x, y - 12, x + 30, y - 9), fill=(225, 225, 210))
    return picture


def _cars(pen: ImageDraw.ImageDraw, rng: random.Random, seconds: float) -> None:
    """Nearer lanes have larger and faster cars; the last lane drives the other way."""
    for lane, y in enumerate(LANES):
        for _ in range(3):
            width, speed, start = 44 + 22 * lane, rng.uniform(30, 60) * (1 + lane), rng.uniform(0, 2000)
            x = (start + seconds * speed) % (SIZE[0] + 200) - 100
            x = SIZE[0] - x if lane == len(LANES) - 1 else x
            _car(pen, x, y, width, rng.choice(PAINTS))


def _car(pen: ImageDraw.ImageDraw, x: float, y: float, width: float, paint: tuple[int, int, int]) -> None:
    height = width * 0.28
    pen.rounded_rectangle((x + width * 0.2, y - height, x + width * 0.75, y + height * 0.2), 5, fill=paint)
    pen.rounded_rectangle((x, y - height * 0.25, x + width, y + height), 5, fill=paint)
    pen.rectangle((x + width * 0.28, y - height * 0.75, x + width * 0.68, y - height * 0.2), fill=(190, 215, 225))
    for wheel in (0.22, 0.78):
        centre, radius = x + width * wheel, height * 0.4
        pen.ellipse((centre - radius, y + height - radius, centre + radius, y + height + radius), fill=(15, 15, 15))


@lru_cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
