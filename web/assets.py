"""The static files of all pages, and the style sheets joined into one per door."""

from __future__ import annotations

from pathlib import Path

from kit.http.assets import Assets

STATIC = Path(__file__).parent / "static"
DESIGN = Path(__file__).parent / "design"

# In this order: what stands later wins.
CONSOLE_SHEETS = ("tokens", "base", "controls", "console", "queue", "case", "desk", "print")


def load_assets() -> Assets:
    """Read and check everything. Raises AssetsError when a vendored file is not what its manifest says."""
    bundles = {
        "console.css": [DESIGN / f"{name}.css" for name in CONSOLE_SHEETS],
        "citizens.css": [DESIGN / "citizens.css"],
    }
    return Assets.load(STATIC, bundles=bundles)
