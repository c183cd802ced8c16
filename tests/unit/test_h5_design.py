"""The citizens' pages can be read and touched by everybody: measured on the style sheet, without a browser."""

from __future__ import annotations

import re

import pytest

from casework.people.merging import Basis
from kit.catalogue import Catalogue
from tests.unit.test_console_design import luminance
from web.assets import DESIGN, load_assets
from web.h5.data_page import DONE
from web.h5.frame import PLACES
from web.rendering import TEMPLATES

SHEET = (DESIGN / "citizens.css").read_text(encoding="utf-8")
TOKENS = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", SHEET))
CATALOGUE = Catalogue.load(DESIGN.parents[1] / "content" / "catalogue" / "zh_CN")


def pixels(block: str, name: str) -> float:
    found = re.search(rf"^{re.escape(block)} \{{.*?--{name}: (\d+)px;", SHEET, re.DOTALL | re.MULTILINE)
    assert found, f"{block} sets no {name}"
    return float(found[1])


@pytest.mark.parametrize(
    ("text", "under"),
    [
        *[
            (text, under)
            for text in ("ink", "soft", "brand", "brand-strong")
            for under in ("paper", "ground")
        ],
        ("soft", "brand-soft"),
        ("on-brand", "brand"),
        ("on-masthead", "masthead"),
        ("on-masthead", "seal"),
        ("good", "good-soft"),
        ("late", "late-soft"),
    ],
)
def test_text_stands_out_from_what_is_under_it(text: str, under: str) -> None:
    low, high = sorted((luminance(TOKENS[text]), luminance(TOKENS[under])))
    assert (high + 0.05) / (low + 0.05) >= 4.5


def test_large_print_is_eighteen_points_and_its_targets_sixty_pixels() -> None:
    # Eighteen points are 24 CSS pixels.
    assert pixels(".large", "size") >= 24
    assert pixels(".large", "size-small") >= 24
    assert pixels(".large", "target") >= 60
    assert pixels(":root", "target") >= 44


def test_lines_are_never_set_tighter_than_1_3() -> None:
    spacings = [float(found) for found in re.findall(r"line-height: ([\d.]+)", SHEET)]
    spacings += [float(found) for found in re.findall(r"font: [^;]*/([\d.]+)", SHEET)]
    assert spacings
    assert min(spacings) >= 1.3


def test_nothing_is_set_smaller_than_the_tokens_but_the_seal() -> None:
    sizes = re.findall(r"([^{}]+)\{[^}]*font-size: (\d+)px", SHEET)
    assert [selector.strip() for selector, _ in sizes] == [".seal"]


def test_no_colour_speaks_alone() -> None:
    for name in ("done", "wrong"):
        assert re.search(rf"\.{name}::before {{ content: \"\S", SHEET)


def test_templates_hold_no_style_no_handler_and_no_picture_without_words() -> None:
    for path in (TEMPLATES / "h5").glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\son[a-z]+=|\sstyle=", text), path.name
        assert "| safe" not in text
        for image in re.findall(r"<img[^>]*>", text):
            assert 'alt="' in image


def test_words_for_every_place_basis_and_thing_done_exist() -> None:
    for name in PLACES.values():
        CATALOGUE.text(f"h5.nav.{name}")
    for name in DONE:
        CATALOGUE.text(f"h5.data.done.{name}")
    for basis in Basis:
        CATALOGUE.text(f"h5.data.linked_by.{basis}", number=1, since="")


def test_the_pages_style_and_script_are_small() -> None:
    assets = load_assets()
    assert assets.url("citizens.css").endswith("/citizens.css")
    assert len(SHEET.encode()) < 16_000
