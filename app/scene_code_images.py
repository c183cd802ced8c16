"""QR codes ready to print: an SVG sheet with what it is for beneath the code, or a PNG."""

from __future__ import annotations

import io
from pathlib import Path
from xml.sax.saxutils import escape

import segno

QUIET_MODULES = 4
"""White round the code, as the standard wants it."""
_WIDTH_MM, _CODE_MM, _LINE_MM = 90.0, 70.0, 7.0
_FONTS = "'Noto Sans CJK SC','Source Han Sans SC','PingFang SC','Microsoft YaHei',sans-serif"


def svg_sheet(address: str, title: str, lines: tuple[str, ...] = ()) -> str:
    """A sheet 90 mm wide: the code, the title, and what else is to be read beneath it."""
    # A sign gets dirty: a quarter of the code may be lost.
    code = segno.make(address, error="q", micro=False)
    size = code.symbol_size(border=QUIET_MODULES)[0]
    scale, left = _CODE_MM / size, (_WIDTH_MM - _CODE_MM) / 2
    squares = "".join(
        f"M{x + QUIET_MODULES} {y + QUIET_MODULES}h1v1h-1z"
        for y, row in enumerate(code.matrix)
        for x, dark in enumerate(row)
        if dark
    )
    below = left + _CODE_MM
    texts = [_text(title, below + _LINE_MM, 6.0, "bold")]
    texts += [
        _text(line, below + _LINE_MM * (number + 2), 4.2, "normal") for number, line in enumerate(lines)
    ]
    height = below + _LINE_MM * (len(lines) + 2)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH_MM:g}mm" height="{height:g}mm" '
        f'viewBox="0 0 {_WIDTH_MM:g} {height:g}">'
        f'<rect width="100%" height="100%" fill="#fff"/>'
        f'<path transform="translate({left:g} {left:g}) scale({scale:.5f})" d="{squares}" fill="#000"/>'
        f"{''.join(texts)}</svg>\n"
    )


def _text(words: str, y: float, size: float, weight: str) -> str:
    # Long names are pressed together rather than cut off: about one em a character.
    room = _WIDTH_MM - 8
    squeeze = f' textLength="{room:g}" lengthAdjust="spacingAndGlyphs"' if len(words) * size > room else ""
    return (
        f'<text x="{_WIDTH_MM / 2:g}" y="{y:g}" font-family="{_FONTS}" font-size="{size:g}" '
        f'font-weight="{weight}" text-anchor="middle"{squeeze}>{escape(words)}</text>'
    )


def png_code(address: str, title: str = "", font: Path | None = None) -> bytes:
    """The code as a PNG of about 1,000 pixels; with a font file that has Chinese, the title beneath it."""
    code = segno.make(address, error="q", micro=False)
    bare = io.BytesIO()
    code.save(bare, kind="png", scale=max(1, 1_000 // code.symbol_size()[0]), border=QUIET_MODULES)
    if font is None or not title:
        return bare.getvalue()
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.open(bare).convert("L")
    size = picture.width // max(12, len(title) + 2)
    sheet = Image.new("L", (picture.width, picture.height + size * 2), 255)
    sheet.paste(picture, (0, 0))
    letters = ImageFont.truetype(str(font), size)
    place = (picture.width / 2, picture.height + size * 0.6)
    ImageDraw.Draw(sheet).text(place, title, fill=0, font=letters, anchor="mm")
    made = io.BytesIO()
    sheet.save(made, "PNG")
    return made.getvalue()
