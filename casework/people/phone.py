"""Telephone numbers as people write them."""

from __future__ import annotations

import re
import unicodedata

_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_LANDLINE = re.compile(r"0\d{2,3}[2-9]\d{6,7}", re.ASCII)
_BETWEEN = re.compile(r"[\s\-‐‑‒–—―−()·.]+")


def normalised_phone(text: str) -> str | None:
    """The number in its one written form (digits only, without +86), or None if it is not a number in China."""
    digits = _BETWEEN.sub("", unicodedata.normalize("NFKC", text))
    for prefix in ("+86", "0086", "86"):
        if digits.startswith(prefix) and _MOBILE.fullmatch(digits.removeprefix(prefix)):
            digits = digits.removeprefix(prefix)
            break
    return digits if _MOBILE.fullmatch(digits) or _LANDLINE.fullmatch(digits) else None
