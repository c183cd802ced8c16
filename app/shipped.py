"""What comes with the program: the texts and the example of a bureau profile."""

from __future__ import annotations

import functools
from pathlib import Path

from kit.catalogue import Catalogue

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE_FOLDER = ROOT / "content" / "catalogue" / "zh_CN"
SHIPPED_PROFILE = ROOT / "content" / "bureau"


@functools.cache
def shipped_catalogue() -> Catalogue:
    """The texts as they are shipped: read once before the fork, so that all processes share them."""
    return Catalogue.load(CATALOGUE_FOLDER)
