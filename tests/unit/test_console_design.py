"""The console's look and words, checked without a browser."""

from __future__ import annotations

import ast
import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from casework.complaints.lifecycle import COMPLAINT, State
from casework.dangers.lifecycle import State as AlertState
from casework.inquiries.lifecycle import State as InquiryState
from casework.roles import STAFF_ROLES, Role
from casework.scene_codes.kinds import SceneKind
from kit.catalogue import Catalogue
from web.assets import (
    CITIZEN_SHEETS,
    CONSOLE_SHEETS,
    DESIGN,
    MAP_SHEETS,
    PUBLIC_SHEETS,
    STATIC,
    TAKING_SHEETS,
    load_assets,
)
from web.console.deliveries_page import STATES
from web.console.forms import FORMS
from web.console.words import STATE_TONES
from web.rendering import TEMPLATES

ROOT = Path(__file__).parents[2]
CATALOGUE = Catalogue.load(ROOT / "content" / "catalogue" / "zh_CN")
TOKENS = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", (DESIGN / "tokens.css").read_text()))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(TOKENS[one]), luminance(TOKENS[other])))
    return (high + 0.05) / (low + 0.05)


SURFACES = ("paper", "ground", "sunken", "hover", "selected")


@pytest.mark.parametrize(
    ("text", "under"),
    [
        *[
            (text, under)
            for text in ("ink", "ink-soft", "ink-faint", "brand", "late", "soon")
            for under in SURFACES
        ],
        *[(tone, f"{tone}-soft") for tone in ("brand", "good", "soon", "late", "plain", "again")],
        ("on-brand", "brand"),
        ("on-brand", "brand-strong"),
        ("brand-strong", "brand-soft"),
        ("on-seal", "seal"),
        ("on-masthead", "masthead"),
        ("on-masthead-soft", "masthead"),
    ],
)
def test_text_stands_out_from_what_is_under_it(text: str, under: str) -> None:
    assert contrast(text, under) >= 4.5


def test_edges_of_fields_can_be_seen() -> None:
    assert contrast("line-control", "paper") >= 3


def test_the_style_sheets_name_every_file_and_carry_no_colour_of_their_own_kind() -> None:
    assert {path.stem for path in DESIGN.glob("*.css")} == {
        *CONSOLE_SHEETS,
        *MAP_SHEETS,
        *TAKING_SHEETS,
        *CITIZEN_SHEETS,
        *PUBLIC_SHEETS,
    }
    for sheet in (*CONSOLE_SHEETS, *MAP_SHEETS, *TAKING_SHEETS):
        text = (DESIGN / f"{sheet}.css").read_text()
        assert not re.search(r"https?:|@import|url\(", text)
        assert set(re.findall(r"var\(--([a-z0-9-]+)\)", text)) <= set(
            re.findall(r"--([a-z0-9-]+):", (DESIGN / "tokens.css").read_text())
        )


OF_PAGES = (
    ("console-queue.js",),
    ("console-forms.js", "console-picker.js"),
    ("console-forms.js", "permit-survey.js"),
    ("permit-form.js",),
)
"""Scripts that a page asks for beside those of every page: the list, and a case."""


def test_what_a_page_loads_once_is_light() -> None:
    css = load_assets().text("console.css").encode()
    # Of the citizens' pages, and of the pages that ask for a map or charts.
    elsewhere = ("h5", "map-", "leaflet-", "echarts-", "console-figures", "console-taking")
    scripts = {path.name: path for path in STATIC.rglob("*.js") if not path.name.startswith(elsewhere)}
    own = {name for names in OF_PAGES for name in names}
    everywhere = [css, *(path.read_bytes() for name, path in scripts.items() if name not in own)]
    for names in OF_PAGES:
        loaded = [*everywhere, *(scripts[name].read_bytes() for name in names)]
        assert sum(len(gzip.compress(one, 9)) for one in loaded) <= 38_000, names


def test_the_vendored_files_are_what_their_manifest_says() -> None:
    assert load_assets().url("vendor/htmx/htmx-2.0.11.min.js").startswith("/assets/")


def test_every_move_of_staff_has_a_form_and_no_form_is_without_its_move() -> None:
    of_staff = {
        move.name for move in COMPLAINT.moves if not STAFF_ROLES.isdisjoint({Role(by) for by in move.by})
    }
    assert set(FORMS) == of_staff


def test_every_form_asks_for_what_its_move_needs() -> None:
    for name, form in FORMS.items():
        # A split asks for each of its parts by itself.
        asked = {
            field.name.partition("_")[0] + "s" if name == "split" else field.name
            for field in form.fields
            if not field.optional
        }
        assert set(COMPLAINT.find(name).needs) <= asked


def test_every_state_has_words_and_a_tone() -> None:
    assert set(STATE_TONES) == set(State)
    for state in State:
        assert CATALOGUE.has(f"console.state.{state.value}")
    for state in COMPLAINT.limits:
        assert CATALOGUE.has(f"console.stage.{State(state).value}")
    for delivery in STATES:
        assert CATALOGUE.has(f"console.deliveries.state.{delivery}")
    for role in STAFF_ROLES:
        assert CATALOGUE.has(f"console.role.{role.value}")


def test_every_state_and_kind_beside_the_cases_has_words() -> None:
    for page, names in (
        ("inquiries.state", InquiryState),
        ("dangers.state", AlertState),
        ("codes.kind", SceneKind),
        ("codes.invitation", SceneKind),
        ("codes.invitation", SceneKind),
    ):
        assert all(CATALOGUE.has(f"console.{page}.{name.value}") for name in names)


def test_every_form_has_its_words() -> None:
    for name, form in FORMS.items():
        for part in ("button", "hint", "done"):
            assert CATALOGUE.has(f"console.move.{name}.{part}")
        for field in form.fields:
            assert CATALOGUE.has(f"console.field.{field.name}")
            # The help of a field may belong to one of its forms alone.
            assert CATALOGUE.has(f"console.help.{field.name}") or not field.help


def keys_in_templates() -> Iterator[tuple[str, str]]:
    for path in TEMPLATES.rglob("*.html"):
        for key in re.findall(r"""\bt\(["']([a-z0-9_.]+)["']""", path.read_text()):
            yield path.name, key


def keys_in_code() -> Iterator[tuple[str, str]]:
    for path in (ROOT / "web").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and re.fullmatch(r"(console|problem)(\.[a-z0-9_]+)+(?<!\.css)", node.value)
            ):
                yield path.name, node.value


def test_every_text_that_is_asked_for_exists() -> None:
    missing = [
        (where, key) for where, key in (*keys_in_templates(), *keys_in_code()) if not CATALOGUE.has(key)
    ]
    assert missing == []


def test_no_text_of_the_console_is_left_over() -> None:
    code = "".join(path.read_text() for path in (ROOT / "web").rglob("*") if path.suffix in (".py", ".html"))
    prefixes = (
        "role",
        "state",
        "stage",
        "codes.kind",
        "codes.invitation",
        "case.unit",
        "field.part_",
        "due.",
    )
    named = {key for _, key in (*keys_in_templates(), *keys_in_code())}
    loose = [
        key
        for key in sorted(CATALOGUE.keys())
        if key.startswith("console.")
        and key not in named
        and not key.startswith(tuple(f"console.{prefix}" for prefix in prefixes))
        and key.rpartition(".")[2] not in code
    ]
    assert loose == []


def test_templates_hold_no_words_and_no_inline_code_of_their_own() -> None:
    for path in TEMPLATES.rglob("*.html"):
        text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.S)
        # WeChat draws its own button from this text; the browser never reads it as a part of the page.
        text = re.sub(r'<script type="text/wxtag-template"[^>]*>.*?</script>', "", text, flags=re.S)
        assert not re.search(r"[\u4e00-\u9fff]", text), path.name
        assert not re.search(r"<style(?! nonce=)|\sstyle=|\son[a-z]+=|javascript:|\|\s*safe", text), path.name
