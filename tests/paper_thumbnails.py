"""Small grey pictures of papers, to see whether one looks as it did: `python -m tests.paper_thumbnails` makes them anew."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pypdfium2
from PIL import Image, ImageChops, ImageStat

from app.documents import shipped_templates
from casework.documents.papers import Paper
from casework.documents.rendering import Typesetting
from tests.documents_setting import AT, sheet

FOLDER = Path(__file__).parent / "papers"
WIDTH, HEIGHT = 64, 90
"""Of a page."""


def thumbnail(pdf: bytes) -> Image.Image:
    """The pages side by side, in grey."""
    pages = [page.render(scale=1).to_pil().convert("L") for page in pypdfium2.PdfDocument(pdf)]
    picture = Image.new("L", (WIDTH * len(pages), HEIGHT), 255)
    for number, page in enumerate(pages):
        picture.paste(page.resize((WIDTH, HEIGHT), Image.Resampling.BOX), (WIDTH * number, 0))
    return picture


def unlikeness(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of grey (0 to 255); 255 where they have not as many pages."""
    if one.size != other.size:
        return 255.0
    return float(ImageStat.Stat(ImageChops.difference(one, other)).mean[0])


def text_of(pdf: bytes) -> str:
    """All that stands on the pages, without spaces and line ends."""
    return "".join(pages_of(pdf))


def pages_of(pdf: bytes) -> list[str]:
    """The same, page by page."""
    pages = (page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))
    return ["".join(one.replace("\u200b", "").split()) for one in pages]


async def _make() -> None:
    setter, shipped = Typesetting(), shipped_templates()
    for paper in Paper:
        pdf = await setter.pdf(shipped["style"], shipped[paper], sheet(paper), AT)
        thumbnail(pdf).save(FOLDER / f"{paper}.png", optimize=True)
    await setter.close()


if __name__ == "__main__":
    asyncio.run(_make())
