"""What each cited article says in our own words, for the folded part below an answer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from content.interpretations.laws import LawIndex

Gists = Mapping[tuple[str, int], str]
"""By title of the law and number of the article."""


@cache
def shipped_gists() -> Gists:
    """Those of the shipped index. Read once; called before the fork, so that no request waits for it."""
    index = LawIndex.load()
    return {
        (law.title, number): note.gist for law in index.laws.values() for number, note in law.articles.items()
    }
