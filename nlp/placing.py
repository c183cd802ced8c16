"""Where a piece of normalised text stands in the text that somebody typed."""

from __future__ import annotations

from functools import lru_cache

from nlp.normalise import normalise


def standing(text: str, plain: str, start: int, end: int) -> str:
    """The part of `text` that became `plain[start:end]`; empty when that cannot be told."""
    piece = plain[start:end]
    if piece in text:
        return piece
    places: list[int] = []
    for place, character in enumerate(text):
        places.extend([place] * _length(character))
        if len(places) >= end:
            break
    # Some characters become something else beside others than alone; then nothing is shown rather than a wrong word.
    if len(places) < end:
        return ""
    found = text[places[start] : places[end - 1] + 1]
    return found if normalise(found) == normalise(piece) else ""


@lru_cache(maxsize=8_192)
def _length(character: str) -> int:
    return len(normalise(character))
