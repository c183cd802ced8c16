"""The search box: entries by the engine that answers questions, and whatever else is published by ports of its own.

A shelf holds things of one kind. Today there are questions alone; articles and public notices bring shelves of theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Literal, Protocol

import msgspec

from content.interpretations.views import Answer, EntryView
from nlp.lexicon import GENERIC_WORDS, STOP_WORDS
from nlp.normalise import normalise

MOST_FOUND = 20
EXCERPT_CHARACTERS = 90
_BEGUN = frozenset("\u600e\u4ec0\u54ea\u51e0\u591a")
"""Characters that only begin or end words of questions (\u600e\u4e48, \u4ec0\u4e48): half of such a word tells nothing."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One thing. `name` opens it: a question's slug, the address of anything else; `matched` are the words of title and excerpt that were asked for.

    `score` runs from 0 to 1 and compares things of all shelves.
    """

    kind: Literal["question", "article", "notice"]
    name: str
    title: str
    excerpt: str
    category: str
    score: float
    matched: tuple[str, ...]


class Shelf(Protocol):
    """Things of one kind that can be found by words. Pure and fast: nothing is awaited."""

    def find(self, words: Words, limit: int, /) -> Sequence[Found]:
        """The nearest, best first; none where nothing fits."""
        ...


class Ranking(Protocol):
    """As much of the engine as is needed here."""

    def answer(self, text: str, /) -> Answer: ...

    def ranked(self, text: str, limit: int, /) -> Sequence[tuple[EntryView, float]]: ...


class Words:
    """What was typed into the box, read once for all shelves."""

    def __init__(self, typed: str) -> None:
        self.typed = typed

    @cached_property
    def _pairs(self) -> frozenset[str]:
        plain = normalise(self.typed)
        if len(plain) == 1:
            return frozenset(plain)
        return frozenset(plain[at : at + 2] for at in range(len(plain) - 1))

    def shared_with(self, text: str) -> tuple[str, ...]:
        """The longest runs of `text` that were typed, each once, without words that say nothing at their ends."""
        pairs = self._pairs
        if not pairs:
            return ()
        width = len(next(iter(pairs)))
        lower = text.lower()
        runs: dict[str, None] = {}
        begun = None
        for at in range(len(text) - width + 2):
            is_shared = lower[at : at + width] in pairs if at <= len(text) - width else False
            if is_shared and begun is None:
                begun = at
            if not is_shared and begun is not None:
                runs[text[begun : at + width - 1]] = None
                begun = None
        return tuple(dict.fromkeys(word for run in runs if (word := _telling(run, width))))


class Questions:
    """The shelf of published questions and answers."""

    def __init__(self, engine: Ranking) -> None:
        self._engine = engine

    def find(self, words: Words, limit: int) -> tuple[Found, ...]:
        """The entries nearest to the words."""
        ranked = self._engine.ranked(words.typed, limit)
        if not ranked:
            return ()
        # What shares no word of a topic is worth a look only where the engine would say or offer it itself, or where
        # nothing else was typed.
        said = self._engine.answer(words.typed)
        named = {one.slug for one in said.suggestions} | ({said.entry.slug} if said.entry else set())
        found = [_found(words, entry, score) for entry, score in ranked]
        telling = {one.name for one in found if any(word not in GENERIC_WORDS for word in one.matched)}
        fits = telling or {one.name for one in found if one.matched}
        return tuple(one for one in found if one.name in fits or one.name in named)


def search(shelves: Sequence[Shelf], typed: str, limit: int = MOST_FOUND) -> tuple[Found, ...]:
    """What all shelves hold about this, best first; of equals the earlier shelf's first."""
    words = Words(typed)
    found = [one for shelf in shelves for one in shelf.find(words, limit)]
    return tuple(sorted(found, key=lambda one: -one.score)[:limit])


def excerpt_of(text: str) -> str:
    """How a text begins, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT_CHARACTERS else line[: EXCERPT_CHARACTERS - 1] + "\u2026"


def _telling(run: str, at_least: int) -> str:
    """The run without the words that say nothing at its ends; "" where no more than these was shared."""
    while run and (run[0] in STOP_WORDS or run[0] in _BEGUN) and run[:2] not in GENERIC_WORDS:
        run = run[1:]
    while run and (run[-1] in STOP_WORDS or run[-1] in _BEGUN) and run[-2:] not in GENERIC_WORDS:
        run = run[:-1]
    return run if len(run) >= at_least and run not in STOP_WORDS else ""


def _found(words: Words, entry: EntryView, score: float) -> Found:
    excerpt = excerpt_of(entry.answer)
    # A phrasing may be what was typed, word by word: then the entry belongs here though its title says it otherwise.
    shared = (*words.shared_with(entry.question), *words.shared_with(excerpt))
    said = shared or tuple(run for one in entry.phrasings for run in words.shared_with(one))
    return Found(
        kind="question",
        name=entry.slug,
        title=entry.question,
        excerpt=excerpt,
        category=entry.category,
        score=score,
        matched=tuple(dict.fromkeys(said)),
    )
