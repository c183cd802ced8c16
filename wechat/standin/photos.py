"""Sample photos, drawn on the spot: nothing to license, and each carries the position a real phone writes.

The position in the metadata is there on purpose: whoever receives the photo must remove it.
"""

from collections.abc import Callable, Mapping
from functools import cache
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw, ImageFilter, TiffImagePlugin

from wechat.standin.street import HEIGHT, WIDTH, Brush, street

QUALITY = 86
GPS_IFD = 0x8825
MAKE, MODEL = 0x010F, 0x0110


@cache
def sample_photo(name: str) -> bytes:
    """The JPEG with this name; KeyError when there is none."""
    scene = SCENES[name]
    large = street(Random(name))  # noqa: S311 - a drawing that repeats
    scene(Brush(ImageDraw.Draw(large, "RGBA")))
    small = large.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    return _as_taken_by_a_phone(small.filter(ImageFilter.UnsharpMask(1, 60, 2)))


def _as_taken_by_a_phone(image: Image.Image) -> bytes:
    exif = Image.Exif()
    exif[MAKE], exif[MODEL] = "Sample", "Demo Phone"
    exif[GPS_IFD] = {1: "N", 2: _degrees(30, 16, 27), 3: "E", 4: _degrees(120, 9, 18)}
    target = BytesIO()
    image.save(target, "JPEG", quality=QUALITY, exif=exif)
    return target.getvalue()


def _degrees(degrees: int, minutes: int, seconds: int) -> tuple[TiffImagePlugin.IFDRational, ...]:
    return tuple(TiffImagePlugin.IFDRational(part) for part in (degrees, minutes, seconds))


def _street_stall(brush: Brush) -> None:
    """A fruit stall under a parasol in the middle of the pavement."""
    brush.shadow(250, 618, 760, 668)
    brush.line([(500, 250), (500, 600)], "#6b6f75", 9)
    for index, colour in enumerate(("#e4572e", "#fff4e6") * 4):
        left, right = 250 + index * 62.5, 250 + (index + 1) * 62.5
        brush.shape([(500, 190), (left, 322), (right, 322)], colour)
    brush.arc(250, 292, 750, 352, 0, 180, "#c4421d", 7)
    brush.box(300, 470, 720, 500, "#b0763a")
    brush.box(300, 500, 720, 560, "#8c5a2b")
    for x in (320, 690):
        brush.box(x, 560, x + 14, 640, "#5f3d1c")
    fruit = ("#e63946", "#f4a261", "#e9c46a", "#84a98c", "#f77f00", "#d62828")
    for crate in range(4):
        left = 312 + crate * 102
        brush.box(left, 432, left + 92, 472, "#d9a566")
        brush.box(left, 458, left + 92, 464, "#b98246")
        for place in range(10):
            x, y = left + 8 + (place % 5) * 17, 420 + (place // 5) * 14
            brush.disc(x, y, 11, fruit[(crate * 2 + place % 2) % len(fruit)])
    brush.disc(800, 372, 30, "#e0ac85")
    brush.shape([(768, 366), (832, 366), (822, 338), (778, 338)], "#3d405b")
    brush.rounded(762, 402, 840, 560, 26, "#457b9d")
    brush.box(774, 552, 798, 640, "#2b2d42")
    brush.box(806, 552, 830, 640, "#2b2d42")
    brush.line([(770, 440), (716, 470)], "#457b9d", 20)


def _rubbish(brush: Brush) -> None:
    """Two full bins and a heap of bags around them."""
    brush.shadow(220, 612, 780, 668)
    for left, colour, lid in ((330, "#2a7f62", "#1f6049"), (480, "#3c6e9f", "#2c5378")):
        brush.shape([(left, 380), (left + 130, 380), (left + 116, 630), (left + 14, 630)], colour)
        brush.shape([(left - 12, 352), (left + 132, 330), (left + 138, 362), (left - 6, 384)], lid)
        for rib in range(3):
            brush.line([(left + 34 + rib * 30, 410), (left + 38 + rib * 28, 600)], lid, 5)
    bags = ((270, 585, 74, "#22252b"), (640, 590, 82, "#2b2f36"), (728, 612, 58, "#3a3f47"))
    for x, y, size, colour in (*bags, (210, 616, 52, "#4a4e57"), (560, 625, 56, "#1d2025")):
        brush.oval(x - size, y - size * 0.75, x + size, y + size * 0.7, colour)
        brush.shape(
            [
                (x - 12, y - size * 0.66),
                (x + 12, y - size * 0.66),
                (x + 20, y - size * 0.98),
                (x - 20, y - size * 0.98),
            ],
            colour,
        )
        brush.arc(x - size * 0.6, y - size * 0.5, x + size * 0.2, y + size * 0.3, 190, 260, "#6a707a", 4)
    brush.shape([(352, 352), (372, 300), (432, 296), (448, 340)], "#e8e8e4")
    brush.shape([(500, 340), (526, 286), (580, 300), (592, 330)], "#d6c7a1")
    brush.shape([(412, 640), (470, 628), (486, 662), (420, 668)], "#c9a36b")
    brush.box(770, 640, 792, 664, "#88c0d0")
    brush.disc(160, 652, 9, "#e76f51")


def _broken_sign(brush: Brush) -> None:
    """A shop sign hanging by one corner above an open door."""
    brush.box(230, 330, 770, 640, "#efe9dd")
    brush.box(270, 400, 470, 640, "#7fa3b5")
    brush.box(280, 410, 460, 520, "#a9c7d3")
    brush.box(530, 380, 720, 640, "#5c4a3d")
    brush.box(545, 396, 705, 640, "#3a2f28")
    for lamp in (330, 500, 670):
        brush.line([(lamp, 250), (lamp, 268)], "#555b61", 6)
    brush.box(226, 268, 774, 330, "#9a948a")
    brush.box(240, 280, 760, 318, "#87817a")
    sign = [(238, 262), (748, 418), (728, 490), (216, 336)]
    brush.shape([(x + 12, y + 14) for x, y in sign], (0, 0, 0, 70))
    brush.shape(sign, "#c8372d")
    brush.shape([(252, 280), (736, 428), (722, 474), (236, 328)], "#d9483b")
    for index in range(4):
        x, y = 318 + index * 100, 308 + index * 31
        brush.shape([(x, y), (x + 54, y + 17), (x + 40, y + 62), (x - 14, y + 45)], "#fbe9c6")
    brush.shape([(600, 380), (660, 398), (622, 428), (648, 462), (590, 440)], "#8e221b")
    brush.line([(700, 330), (742, 420)], "#2b2b2b", 4)
    brush.line([(722, 330), (734, 424)], "#3d6fb4", 3)
    brush.shape([(640, 640), (700, 628), (716, 652), (652, 664)], "#c8372d")


def _parked_bikes(brush: Brush) -> None:
    """Shared bicycles across the tactile paving, one fallen over."""
    brush.shadow(110, 610, 880, 672)
    brush.box(0, 628, WIDTH, 652, "#e2b93b")
    for dot in range(0, WIDTH, 24):
        brush.disc(dot + 12, 640, 5, "#c79f28")
    for index, colour in enumerate(("#f2b705", "#2f9e8f", "#f2b705", "#3a86c8")):
        _bicycle(brush, 120 + index * 170, 520 + (index % 2) * 14, colour, lean=index * 6 - 8)
    _bicycle(brush, 700, 610, "#2f9e8f", lean=58)


def _bicycle(brush: Brush, x: float, y: float, colour: str, lean: float) -> None:
    back, front = (x + 40, y + 70), (x + 178, y + 70 + lean * 0.2)
    for wheel in (back, front):
        brush.ring(*wheel, 46, "#2a2d33", 8)
        brush.ring(*wheel, 36, "#9aa0a8", 2)
        brush.disc(*wheel, 6, "#6d737c")
    seat, bar = (x + 74 + lean, y - 34), (x + 160 + lean, y - 40)
    crank = (x + 102, y + 72)
    brush.line([back, seat, bar, crank, seat], colour, 11)
    brush.line([back, crank], colour, 11)
    brush.line([bar, front], colour, 11)
    brush.line([(bar[0] - 26, bar[1] - 26), (bar[0] + 14, bar[1] - 30)], "#2a2d33", 9)
    brush.line([bar, (bar[0] - 2, bar[1] - 28)], "#2a2d33", 7)
    brush.rounded(seat[0] - 26, seat[1] - 14, seat[0] + 22, seat[1], 7, "#23262b")
    brush.shape(
        [
            (bar[0] - 4, bar[1] - 18),
            (bar[0] + 48, bar[1] - 18),
            (bar[0] + 38, bar[1] + 18),
            (bar[0] + 4, bar[1] + 18),
        ],
        "#d5d8dc",
    )


SCENES: Mapping[str, Callable[[Brush], None]] = {
    "street-stall": _street_stall,
    "rubbish": _rubbish,
    "broken-sign": _broken_sign,
    "parked-bikes": _parked_bikes,
}
