"""The citizens' pages can be read and touched by everybody: measured on the style sheets, without a browser."""

from __future__ import annotations

import gzip
import re

import pytest

from casework.people.merging import Basis
from kit.catalogue import Catalogue
from tests.unit.test_console_design import contrast
from web.assets import CITIZEN_SHEETS, CITIZENS_TEMPLATES, DESIGN, STATIC, WEUI, citizens_sheet, load_assets
from web.h5.data_page import DONE
from web.h5.frame import TABS
from web.rendering import TEMPLATES
from web.weui import subset, used_classes

SHEETS = {name: (DESIGN / f"{name}.css").read_text(encoding="utf-8") for name in CITIZEN_SHEETS}
OWN = "\n".join(text for name, text in SHEETS.items() if name.startswith("h5-"))
CATALOGUE = Catalogue.load(DESIGN.parents[1] / "content" / "catalogue" / "zh_CN")
ROOT_PX, LARGE_PX = 16, 16 * 1.412


def rems(block: str, name: str) -> float:
    found = re.search(rf"^{re.escape(block)} \{{.*?--{name}: ([\d.]+)rem;", OWN, re.DOTALL | re.MULTILINE)
    assert found, f"{block} sets no {name}"
    return float(found[1])


@pytest.mark.parametrize(
    ("text", "under"),
    [
        *[
            (text, under)
            for text in ("ink", "ink-soft", "ink-faint", "brand", "brand-strong")
            for under in ("paper", "ground", "sunken")
        ],
        ("brand-strong", "brand-soft"),
        ("on-brand", "brand"),
        ("brand-soft", "brand"),
        ("on-masthead", "masthead"),
        ("on-seal", "seal"),
        ("late", "paper"),
        *[(tone, f"{tone}-soft") for tone in ("good", "soon", "late", "plain", "again")],
    ],
)
def test_text_stands_out_from_what_is_under_it(text: str, under: str) -> None:
    assert contrast(text, under) >= 4.5


def test_what_shows_the_focus_and_the_edge_of_a_field_stands_out() -> None:
    for one in ("focus", "line-control"):
        assert contrast(one, "paper") >= 3
        assert contrast(one, "ground") >= 3


def test_large_print_is_eighteen_points_and_its_targets_sixty_pixels() -> None:
    assert "font-size: 141.2%;" in SHEETS["h5-tokens"]
    # Eighteen points are 24 CSS pixels; in large print nothing is set smaller than the text.
    assert rems(":root", "size") * LARGE_PX >= 23.99
    assert rems(".large", "size-small") == rems(":root", "size")
    assert rems(":root", "control") * LARGE_PX >= 60
    assert rems(":root", "control") * ROOT_PX >= 44


def test_lines_are_never_set_tighter_than_1_3() -> None:
    sheet = citizens_sheet().decode()
    spacings = [float(found) for found in re.findall(r"line-height: ?([\d.]+)", sheet)]
    spacings += [float(found) for found in re.findall(r"--leading: ([\d.]+)", sheet)]
    assert min(spacings) >= 1.3


def test_sizes_follow_the_readers_font() -> None:
    assert re.findall(r"font-size: [\d.]+px", OWN) == []
    assert set(re.findall(r"[a-z-]*(?:width|height|padding|margin)[a-z-]*: [^;]*?([\d.]+px)", OWN)) <= {
        "1px",
        "2px",
        "3px",
    }


def test_the_sheets_name_only_tokens_there_are_and_fetch_nothing() -> None:
    known = set(re.findall(r"--([a-zA-Z0-9-]+):", "\n".join(SHEETS.values()))) | {"zoom"}
    assert set(re.findall(r"var\(--([a-zA-Z0-9-]+)[,)]", OWN)) <= known
    assert not re.search(r"https?:|@import|url\(", OWN)
    assert {path.stem for path in DESIGN.glob("h5-*.css")} <= set(CITIZEN_SHEETS)


def test_nothing_an_old_webview_lacks_is_needed() -> None:
    """Chromium 66: no gap between flex items, no :is and :has, no inset, no aspect-ratio."""
    assert not re.search(r":is\(|:has\(|:where\(|\binset:|aspect-ratio|(?<!grid-)\bgap:", OWN)


def test_of_weui_only_what_templates_name_is_kept() -> None:
    used = used_classes(CITIZENS_TEMPLATES)
    kept = subset((STATIC / WEUI).read_text(encoding="utf-8"), used)
    assert {"weui-cell", "weui-tabbar"} <= used
    assert set(re.findall(r"\.(weui-[\w-]+)", re.sub(r"\{[^}]*\}", "", kept))) <= used
    assert "prefers-color-scheme" not in kept
    assert len(kept) < 8_000


def test_weui_rules_lose_other_peoples_classes_old_spellings_and_pixels() -> None:
    sheet = (
        ".weui-a,.weui-b{width:17px;border:1px solid;color:red;color:var(--c);display:-webkit-box;display:flex}"
        "body .x{margin:0}@media (min-width:9px){.weui-a{margin:0}}.weui-a{margin:-8px}"
    )
    assert subset(sheet, {"weui-a"}).splitlines() == [
        ".weui-a{width:1.0625rem;border:1px solid;color:var(--c);display:flex}",
        ".weui-a{margin:-0.5rem}",
    ]


def test_templates_hold_no_style_no_handler_and_no_picture_without_words() -> None:
    for path in (TEMPLATES / "h5").glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\son[a-z]+=|\sstyle=", text), path.name
        assert "| safe" not in text
        for image in re.findall(r"<img[^>]*>", text):
            assert 'alt="' in image


def test_words_for_every_tab_basis_and_thing_done_exist() -> None:
    for name in TABS.values():
        CATALOGUE.text(f"h5_home.tabs.{name}")
    for name in DONE:
        CATALOGUE.text(f"h5.data.done.{name}")
    for basis in Basis:
        CATALOGUE.text(f"h5.data.linked_by.{basis}", number=1, since="")


def test_the_sheet_that_travels_in_the_first_page_is_small() -> None:
    assets = load_assets()
    assert assets.url("citizens.css").endswith("/citizens.css")
    assert assets.text("citizens.css").encode() == citizens_sheet()
    assert len(gzip.compress(citizens_sheet(), 6)) < 9_000


def test_the_vendored_sheet_itself_is_not_served() -> None:
    with pytest.raises(KeyError):
        load_assets().url(WEUI)
