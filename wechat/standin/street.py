"""The street behind every sample photo, and the brush that draws on it."""

from collections.abc import Sequence
from itertools import pairwise
from random import Random

from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 1_000, 750
SCALE = 2  # drawn twice as large and scaled down, which smooths the edges
HORIZON = 470

Colour = str | tuple[int, int, int, int]
Point = tuple[float, float]

_WALLS = ("#d8cbb8", "#c9d3d6", "#d6bfae", "#bfc9c1", "#cfc4d0")
_AWNINGS = ("#7a9e87", "#b56b5a", "#6f8fb0", "#a98f5a")


class Brush:
    """Draws in photo coordinates (1000 x 750), whatever the real size."""

    def __init__(self, draw: ImageDraw.ImageDraw) -> None:
        self._draw = draw

    def shape(self, points: Sequence[Point], colour: Colour) -> None:
        self._draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=colour)

    def box(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        self._draw.rectangle(_scaled(left, top, right, bottom), fill=colour)

    def rounded(
        self, left: float, top: float, right: float, bottom: float, radius: float, colour: Colour
    ) -> None:
        self._draw.rounded_rectangle(_scaled(left, top, right, bottom), radius * SCALE, fill=colour)

    def oval(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        self._draw.ellipse(_scaled(left, top, right, bottom), fill=colour)

    def disc(self, x: float, y: float, radius: float, colour: Colour) -> None:
        self.oval(x - radius, y - radius, x + radius, y + radius, colour)

    def ring(self, x: float, y: float, radius: float, colour: Colour, width: float) -> None:
        box = _scaled(x - radius, y - radius, x + radius, y + radius)
        self._draw.ellipse(box, outline=colour, width=round(width * SCALE))

    def arc(
        self,
        left: float,
        top: float,
        right: float,
        bottom: float,
        start: float,
        end: float,
        colour: Colour,
        width: float,
    ) -> None:
        box = _scaled(left, top, right, bottom)
        self._draw.arc(box, start, end, fill=colour, width=round(width * SCALE))

    def line(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self._draw.line(scaled, fill=colour, width=round(width * SCALE), joint="curve")

    def shadow(self, left: float, top: float, right: float, bottom: float) -> None:
        for step in range(6):
            inset = step * 9
            self.oval(left + inset, top + inset / 3, right - inset, bottom - inset / 3, (20, 24, 30, 22))


def _scaled(left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
    return (left * SCALE, top * SCALE, right * SCALE, bottom * SCALE)


def street(random: Random) -> Image.Image:
    """Sky, houses slightly out of focus, a pavement of slabs, a strip of road."""
    image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), "#cfe0ea")
    draw = ImageDraw.Draw(image, "RGBA")
    for row in range(HORIZON * SCALE):
        part = row / (HORIZON * SCALE)
        sky = (round(168 + 62 * part), round(201 + 30 * part), round(226 + 10 * part))
        draw.line([(0, row), (WIDTH * SCALE, row)], fill=sky)
    brush = Brush(draw)
    _houses(brush, random)
    _trees(brush, random)
    image = image.filter(ImageFilter.GaussianBlur(3.2 * SCALE))
    _pavement(Brush(ImageDraw.Draw(image, "RGBA")), random)
    return image


def _houses(brush: Brush, random: Random) -> None:
    left = -40.0
    while left < WIDTH:
        width, top = random.randrange(150, 240), random.randrange(60, 190)
        wall = random.choice(_WALLS)
        brush.box(left, top, left + width, HORIZON + 20, wall)
        brush.box(left + width - 14, top, left + width, HORIZON + 20, (0, 0, 0, 26))
        for row in range(top + 26, 330, 62):
            for column in range(3):
                x = left + 20 + column * (width - 30) / 3
                brush.box(x, row, x + 34, row + 38, "#7d97a8")
                brush.box(x, row, x + 34, row + 12, "#a9bfcb")
        brush.box(left + 8, 372, left + width - 14, HORIZON + 10, "#5f666b")
        awning = random.choice(_AWNINGS)
        brush.shape([(left, 350), (left + width - 6, 350), (left + width + 4, 386), (left - 10, 386)], awning)
        left += width + random.randrange(0, 14)


def _trees(brush: Brush, random: Random) -> None:
    for x in (70, 900):
        brush.box(x - 9, 330, x + 9, HORIZON + 30, "#6b5644")
        for _ in range(26):
            green = random.choice(("#5e8c5a", "#6fa068", "#4f7d4f", "#84b077"))
            brush.disc(x + random.randrange(-80, 80), 270 + random.randrange(-90, 70), 38, green)


def _pavement(brush: Brush, random: Random) -> None:
    brush.box(0, HORIZON, WIDTH, HEIGHT, "#b9b4ab")
    rows = (HORIZON, 496, 530, 574, 630, 690)
    for row, (top, bottom) in enumerate(pairwise(rows)):
        tiles = 12 - row
        for tile in range(-1, tiles + 1):
            width = WIDTH / tiles
            left = tile * width + (row % 2) * width / 2
            shade = random.randrange(168, 196)
            brush.box(left + 1, top + 1, left + width - 1, bottom - 1, (shade, shade - 4, shade - 12, 255))
    brush.box(0, 690, WIDTH, 706, "#d8d4cc")
    brush.box(0, 706, WIDTH, HEIGHT, "#5b6066")
    for mark in range(-40, WIDTH, 190):
        brush.shape([(mark, 728), (mark + 96, 728), (mark + 90, 738), (mark - 6, 738)], "#e8e6df")
