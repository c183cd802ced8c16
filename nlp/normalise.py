"""One spelling for what people type: width, case, traditional characters, spaces, punctuation and emoji."""

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

MAX_CHARACTERS = 5_000
AT_HAND = 4
"""Forms of text that are kept: a message is judged a dozen times over before the next one is looked at."""

_NOT_WORD = re.compile(r"[\W_]+")
# Spaces and the marks of ordinary sentences: without them most text needs no other form.
_MARKS = re.compile(
    "[\\s,.!?\u2014\u2018-\u201d\u2026\u3000-\u3002\u3008-\u3011\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f]+"
)


@cache
def _traditional_characters() -> frozenset[str]:
    """Characters the t2s table changes; text without any of them skips the slow converter."""
    import opencc

    table = Path(opencc.__file__).parent / "dictionary" / "TSCharacters.txt"
    changed = set()
    for line in table.read_text(encoding="utf-8").splitlines():
        character, _, simplified = line.partition("\t")
        if simplified and simplified.split()[0] != character:
            changed.add(character)
    return frozenset(changed)


@cache
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


@lru_cache(maxsize=AT_HAND)
def simplified(text: str) -> str:
    """Traditional characters replaced by simplified ones; text without any comes back unchanged."""
    if text.isascii() or _traditional_characters().isdisjoint(text):
        return text
    return str(_converter().convert(text))


@lru_cache(maxsize=AT_HAND)
def normalise(text: str) -> str:
    """The form texts are compared in; at most `MAX_CHARACTERS` of the input are looked at.

    Applying it twice changes nothing. The result may be empty (emoji, punctuation).
    """
    text = text[:MAX_CHARACTERS]
    if not text.isascii():
        text = _MARKS.sub("", text)
        if not unicodedata.is_normalized("NFKC", text):
            text = unicodedata.normalize("NFKC", text)[:MAX_CHARACTERS]
    return _NOT_WORD.sub("", simplified(text).lower())


def warm() -> None:
    """Read the conversion tables now, so that forked processes share them and no request waits."""
    _traditional_characters()
    _converter().convert("體")
