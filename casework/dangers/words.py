"""What was said, short enough to be kept and to be sent."""

from __future__ import annotations

import re
import unicodedata

from nlp.redact import redact

WORDS_AT_MOST = 4_000
OPENING = 2_000
"""Characters that stay however much is said later: the first report tells what the matter is."""
SAID_AT_MOST, WHERE_AT_MOST = 100, 60
"""Characters of a page."""
_LATEST = 40
_LEFT_OUT = "…"

_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s\-.]{1,2}(?=\d)")
_PHONE = re.compile(r"(?<!\d)(?:(?:\+?86)?1[3-9]\d{9}|0\d{9,11})(?!\d)")


def joined(earlier: str, more: str) -> str:
    """Both, one below the other. What is too long loses its middle, never its beginning."""
    text = f"{earlier}\n{more}" if earlier else more
    if len(text) <= WORDS_AT_MOST:
        return text
    mark = f"\n{_LEFT_OUT}\n"
    return f"{text[:OPENING]}{mark}{text[OPENING + len(mark) - WORDS_AT_MOST :]}"


def what(place_text: str | None, words: str) -> str:
    """Where, if that is known, and what was said first and last, short enough for a page.

    Pages go through the platform: telephone numbers are masked, whoever takes the alert reads them in the console.
    """
    flat = " ".join(redact(words).split())
    if len(flat) > SAID_AT_MOST:
        flat = f"{flat[: SAID_AT_MOST - _LATEST - 1]}{_LEFT_OUT}{flat[-_LATEST:]}"
    if not place_text:
        return flat
    where = " ".join(place_text.split())
    if len(where) > WHERE_AT_MOST:
        where = where[: WHERE_AT_MOST - 1] + _LEFT_OUT
    return f"{where}：{flat}" if flat else where


def holds_phone(words: str) -> bool:
    """Whether somebody can be called back: a mobile or a landline number with its area code."""
    return _PHONE.search(_BETWEEN_DIGITS.sub("", unicodedata.normalize("NFKC", words))) is not None
