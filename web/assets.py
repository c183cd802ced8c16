"""The static files of all pages, and the style sheets joined into one per door."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from kit.http.assets import Assets
from web.weui import subset, used_classes

STATIC = Path(__file__).parent / "static"
DESIGN = Path(__file__).parent / "design"
CITIZENS_TEMPLATES = Path(__file__).parent / "templates" / "h5"
ECHARTS_ENTRY = "vendor/echarts/entry.mjs"
WEUI = "vendor/weui/weui-2.6.25.min.css"

# In this order: what stands later wins.
CONSOLE_SHEETS = (
    "tokens",
    "base",
    "controls",
    "console",
    "queue",
    "work",
    "case",
    "desk",
    "people",
    "settings",
    "routing",
    "exchange",
    "orders",
    "campaign",
    "knowledge",
    "figures",
    "privacy",
    "papers",
    "permits",
    "print",
)
PUBLIC_SHEETS = ("tokens", "h5-tokens", "h5-base", "h5-parts", "public")
MAP_SHEETS = ("map",)
"""Of the pages with a map alone."""
TAKING_SHEETS = ("taking",)
"""Of filing at the console."""
CITIZEN_SHEETS = ("tokens", "h5-tokens", "h5-base", "h5-parts", "h5-pages")


def load_assets() -> Assets:
    """Read and check everything. Raises AssetsError when a vendored file is not what its manifest says."""
    made = {
        "console.css": _joined(CONSOLE_SHEETS).encode(),
        "map.css": _joined(MAP_SHEETS).encode(),
        "taking.css": _joined(TAKING_SHEETS).encode(),
        "citizens.css": citizens_sheet(),
        "public.css": _joined(PUBLIC_SHEETS).encode(),
    }
    return Assets.load(STATIC, made=made, unserved=(WEUI, ECHARTS_ENTRY))


def citizens_sheet() -> bytes:
    """WeUI's rules first, as far as our templates name its classes, then our own: these win."""
    weui = subset((STATIC / WEUI).read_text(encoding="utf-8"), used_classes(CITIZENS_TEMPLATES))
    return f"{weui}\n{_joined(CITIZEN_SHEETS)}".encode()


def _joined(sheets: Sequence[str]) -> str:
    return _tight("\n".join((DESIGN / f"{name}.css").read_text(encoding="utf-8") for name in sheets))


def _tight(css: str) -> str:
    """Without comments and indents: it travels inside the first page somebody opens."""
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)).strip()
