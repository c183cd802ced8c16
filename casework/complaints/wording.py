"""Text as it is kept: what people type, brought into a form that can be stored and shown anywhere."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from functools import lru_cache

from kit.clock import local, shown_end
from kit.problems import Invalid
from kit.sealing import FieldSealer
from kit.workflow import is_blank
from nlp.normalise import AT_HAND
from nlp.personal import Kind

LEFT_OUT = dict.fromkeys(Kind, "\u2026")
"""What stands for a name or a number in words of staff about a case that names nobody any more."""


ANSWER_AT_MOST, REASON_AT_MOST = 4_000, 1_000
"""Characters of an answer, and of a reason, a ground or a comment."""


_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def kept(text: str) -> str:
    """The text without control characters and surrounding white space; line breaks and tabs stay.

    Lone surrogates go too: no database stores them. So do marks that turn the direction of what follows: a page would
    show the words of others mirrored.
    """
    if text.isprintable():
        # Nearly everything people write: no character of it is a control character or a lone surrogate.
        return text.strip()
    return "".join(
        char
        for char in text.replace("\r\n", "\n").replace("\r", "\n")
        if char in "\n\t" or (unicodedata.category(char) not in ("Cc", "Cs") and char not in _TURNING)
    ).strip()


def required(text: str, *, field: str, at_most: int) -> str:
    """The kept text. Raises Invalid when nothing is left or when it is longer than `at_most` characters."""
    words = optional(text, field=field, at_most=at_most)
    if words is None:
        raise Invalid("problem.complaint.empty", field=field)
    return words


def optional(text: str | None, *, field: str, at_most: int) -> str | None:
    """The kept text, or None when it says nothing. Raises Invalid when it is too long."""
    words = kept(text) if text is not None else ""
    if is_blank(words):
        return None
    if len(words) > at_most:
        raise Invalid("problem.complaint.too_long", field=field, at_most=at_most, length=len(words))
    return words


@lru_cache(maxsize=AT_HAND)
def folded(text: str) -> str:
    """One written form for matching: full-width to half-width, lower case, no white space."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def digest(sealer: FieldSealer, text: str | None) -> str | None:
    """A keyed digest (HMAC-SM3, hexadecimal) of a citizen's words.

    The audit chain attests the words without keeping them; without the key nobody can guess at short ones.
    """
    return None if text is None else sealer.blind_index(text, purpose="words").hex()


_ENDS = ("due", "until", "restore_by", "ends", "expires")
"""How names of moments end that end something."""


def moment_params(prefix: str, at: datetime | None) -> dict[str, str]:
    """Placeholders for a moment on the local wall clock: `<prefix>` as 2026-11-22 15:30, and its parts.
    A limit that ends at midnight ends at 24:00.

    `_time` is the time of day. The other parts let a sentence in the catalogue say a date in its own way:
    `_year`, `_month` and `_day` of the last day before the moment is over. What ends at midnight ends with the day before: who reads "4日前" still
    comes on the fourth.
    """
    if at is None:
        return {}
    shown, day = local(at), local(at - timedelta(microseconds=1))
    on, time = shown_end(at) if prefix.endswith(_ENDS) else (shown, f"{shown:%H:%M}")
    return {
        prefix: f"{on:%Y-%m-%d} {time}",
        f"{prefix}_time": time,
        f"{prefix}_year": str(day.year),
        f"{prefix}_month": str(day.month),
        f"{prefix}_day": str(day.day),
    }
