"""What our templates use of the vendored WeUI sheet: its own rules, only fewer, in sizes that follow the reader's font.

WeUI is 180 kB of rules in pixels for two colour schemes. A page of ours shows a dozen of its components in one
scheme, so the rest is left out when the program starts; nothing is copied by hand and nothing is edited.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import tinycss2

PREFIX = "weui-"
_CLASS = re.compile(r"\.(-?[_a-zA-Z][\w-]*)")
_USED = re.compile(r"\bweui-[\w-]+")
_PIXELS = re.compile(r"(?<![\w.#])(\d*\.?\d+)px\b")
_HAIRLINE = 3.0
"""Pixels up to here are the thickness of a line, which stays what it is in every size of print."""
_REM = 16.0
_KEPT_TWICE = re.compile(r"env\(|max\(|min\(")
_OLD = ("constant(", "-webkit-box", "-webkit-flex")
_OLD_NAMES = (
    "-webkit-box-",
    "-webkit-flex",
    "-webkit-align",
    "-webkit-justify",
    "-webkit-transition",
    "-ms-",
)


def used_classes(templates: Path) -> frozenset[str]:
    """WeUI's classes that stand anywhere in the templates of a folder."""
    return frozenset(
        found
        for path in sorted(templates.rglob("*.html"))
        for found in _USED.findall(path.read_text(encoding="utf-8"))
    )


def subset(sheet: str, used: Iterable[str]) -> str:
    """The rules of `sheet` whose selectors name classes in `used` and no other, with rem for px.

    Element and theme selectors, dark colours and components nobody uses go; so do spellings for browsers that
    have been gone for ten years, and earlier values of a property that a later one overrides everywhere.
    """
    wanted = frozenset(used)
    return "\n".join(_rules(tinycss2.parse_stylesheet(sheet, True, True), wanted))


def _rules(nodes: Sequence[Any], wanted: frozenset[str]) -> Iterator[str]:
    for node in nodes:
        if node.type != "qualified-rule":
            # Other at-rules of the sheet are about dark colours, wide windows of a desktop, and animations.
            continue
        selectors = [one.strip() for one in tinycss2.serialize(node.prelude).split(",")]
        kept = [one for one in selectors if _is_wanted(one, wanted)]
        content = _declarations(node.content) if kept else ""
        if content:
            yield f"{','.join(kept)}{{{content}}}"


def _is_wanted(selector: str, wanted: frozenset[str]) -> bool:
    classes = _CLASS.findall(selector)
    return bool(classes) and wanted.issuperset(classes) and "data-weui" not in selector


def _declarations(content: Sequence[Any]) -> str:
    values: dict[str, list[str]] = {}
    for one in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        if one.type != "declaration" or one.name.startswith(_OLD_NAMES):
            continue
        value = tinycss2.serialize(one.value).strip() + (" !important" if one.important else "")
        if any(old in value for old in _OLD):
            continue
        if "url(" not in value:
            value = _PIXELS.sub(_rem, value)
        earlier = values.setdefault(one.lower_name, [])
        if not _KEPT_TWICE.search(value):
            earlier.clear()
        earlier.append(value)
    return ";".join(f"{name}:{value}" for name, several in values.items() for value in several)


def _rem(found: re.Match[str]) -> str:
    pixels = float(found[1])
    return found[0] if pixels <= _HAIRLINE else f"{pixels / _REM:g}rem"
