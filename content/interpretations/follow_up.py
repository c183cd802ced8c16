"""Questions that only make sense after the last answer: what is fined, what to bring, how long, on what basis.

A text is such a question when nothing of it is left beside the words of `follow_up.yaml`: those that ask for one side
of a matter, places and persons that narrow it, and words that mean nothing by themselves. Anything left is a topic of
its own, and the question is never bent towards the last one. Pure: nothing is read but memory.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final, Protocol

import msgspec

from content.interpretations.views import Answer, EntryView, SuggestedQuestion
from kit.located_yaml import plain_yaml
from nlp.normalise import normalise

FOLLOW_UP: Final = "follow_up"
"""`Answer.reason`: the entry that answers the question, with the last one as its ground."""
BASIS: Final = "follow_up_basis"
"""`Answer.reason`: the last entry, asked for its articles."""
UNSAID: Final = "follow_up_unsaid"
"""`Answer.reason`: the last entry does not say it; `suggestions` are others about the matter, and may be none."""

LONGEST = 16
"""Characters, as compared: a longer text says what it is about."""
MOST_SUGGESTED = 3
_OFTEN = 2
"""Phrasings; one of them may mention anything."""
_WORDS_FILE = Path(__file__).with_name("follow_up.yaml")
_AND: Final = "\u5462"
"""What ends 那夜市呢: and how is it with that?"""
_NEVER = re.compile(r"(?!)")


class Knowing(Protocol):
    """As much of `content.interpretations.answering.Answerer` as is needed here."""

    @property
    def entries(self) -> Sequence[EntryView]: ...

    def entry(self, slug: str) -> EntryView | None: ...

    def answer(self, text: str) -> Answer: ...

    def answer_within(self, text: str, slugs: Collection[str]) -> Answer: ...


class _Side(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One side of a matter: how it is asked for, and a pattern of answers that speak of it.

    `heads`: the words that make a question of the knowledge base one about it, where those that ask say too little.
    """

    asks: tuple[str, ...]
    says: str = ""
    heads: tuple[str, ...] = ()


class _WordsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    intents: dict[str, _Side]
    narrows: tuple[str, ...]
    generic: tuple[str, ...]


class Asked(msgspec.Struct, frozen=True):
    """What a text asks of the last entry. `narrowed`: the place, time or person it is narrowed to, "" for none.

    `is_known`: whether that is a word of the file.
    """

    intent: str = ""
    narrowed: str = ""
    is_known: bool = True


class Words:
    """The file, compiled."""

    def __init__(self, file: _WordsFile) -> None:
        sides = file.intents.items()
        self._asks: Mapping[str, re.Pattern[str]] = {name: _any_of(side.asks) for name, side in sides}
        self._heads = {name: _any_of(side.heads or side.asks) for name, side in sides}
        self._says = {name: re.compile(side.says) if side.says else _NEVER for name, side in sides}
        self._narrows = _any_of(file.narrows)
        asks = [word for side in file.intents.values() for word in side.asks]
        self._nothing_else = re.compile(f"(?:{_any_of([*asks, *file.narrows, *file.generic]).pattern})+")
        generic = _any_of(file.generic).pattern
        self._what_of = re.compile(f"(?:{generic})*?(?P<what>[^0-9]{{2,8}}?)(?:{generic})*{_AND}")
        self._says_nothing = re.compile(f"{_any_of([*asks, *file.narrows, *file.generic]).pattern}|[\\W_]+")

    def asked(self, text: str) -> Asked | None:
        """What a text asks of the last entry; None when it has a topic of its own or asks nothing."""
        plain = normalise(text[: LONGEST * 4])
        if not 1 <= len(plain) <= LONGEST:
            return None
        if self._nothing_else.fullmatch(plain):
            found = self._narrows.search(plain)
            narrowed = found.group() if found else ""
            rest = plain.replace(narrowed, "", 1)
            intent = self.intent(rest)
            return Asked(intent, narrowed) if intent or (narrowed and rest) else None
        what = self._what_of.fullmatch(plain) if plain.endswith(_AND) else None
        return Asked("", what["what"], is_known=False) if what else None

    def intent(self, text: str) -> str:
        """The side of its matter that a text asks for first of all; "" for none."""
        return next((name for name, asks in self._asks.items() if asks.search(text)), "")

    def is_headed(self, question: str, intent: str) -> bool:
        """Whether a question of the knowledge base is about this side of its matter."""
        for name, asks in self._asks.items():
            if name == intent:
                return self._heads[name].search(question) is not None
            # What asks for one side says nothing of another: a fine of how much is no fee.
            question = asks.sub("|", question)
        return False

    def says(self, intent: str, text: str) -> bool:
        """Whether an answer speaks of this side of its matter."""
        return self._says[intent].search(text) is not None

    def pairs(self, text: str) -> set[str]:
        """The pairs of neighbouring characters that say what a text is about."""
        pieces = self._says_nothing.sub("|", text)
        return {pair for pair in map("".join, pairwise(pieces)) if "|" not in pair}


@cache
def words() -> Words:
    """The shipped words, read once."""
    document = plain_yaml(_WORDS_FILE.read_text(encoding="utf-8"))
    return Words(msgspec.convert(document, _WordsFile))


def may_go_on(text: str) -> bool:
    """Whether a text has no topic of its own, so that it is worth knowing what was shown last."""
    return words().asked(text) is not None


def follow_up(answerer: Knowing, last_slug: str, text: str) -> Answer | None:
    """The answer to a question that goes on with the entry shown last; None when it does not go on with it.

    `reason` tells which kind it is: FOLLOW_UP and BASIS come with an entry, UNSAID with suggestions or nothing.
    """
    asked = words().asked(text)
    last = answerer.entry(last_slug) if asked is not None else None
    if asked is None or last is None:
        return None
    if asked.narrowed:
        return _narrowed(answerer, last, asked, text)
    if asked.intent == "basis":
        return _found(last, BASIS)
    if _speaks_of(last, asked.intent) or words().is_headed(last.question, asked.intent):
        return _found(last)
    near = _siblings(answerer, last)
    headed = [one for one in near if words().is_headed(one.question, asked.intent)]
    meeting = [one for one in headed if _meet(last, one)]
    if len(meeting) == 1 and last.topic:
        return _found(meeting[0])
    beside = [
        one
        for one in near
        if any(words().is_headed(each, asked.intent) for each in one.phrasings)
        or (_meet(last, one) and _speaks_of(one, asked.intent))
    ]
    return _one_of(answerer, last, text, meeting or headed, (*beside, *near))


def _narrowed(answerer: Knowing, last: EntryView, asked: Asked, text: str) -> Answer | None:
    """The same question about another place, time or person: also where it is filed under another matter."""
    others = [one for one in answerer.entries if one.slug != last.slug and asked.narrowed in one.question]
    meant = [one for one in others if _meet(last, one, asked.narrowed)] or [
        one for one in others if last.topic and one.topic == last.topic
    ]
    if not asked.is_known and (not meant or answerer.answer(text).band == "answer"):
        return None
    if len(meant) == 1:
        return _found(meant[0])
    if not meant and asked.narrowed in last.answer + last.more + last.question:
        return _found(last)
    near = _siblings(answerer, last) if last.topic else []
    beside = [one for one in near if any(asked.narrowed in each for each in one.phrasings)]
    return _one_of(answerer, last, text, meant, (*beside, *near))


def _one_of(
    answerer: Knowing, last: EntryView, text: str, meant: Sequence[EntryView], near: Sequence[EntryView]
) -> Answer:
    """The entry that is meant if the engine finds it among several, or the choice. `near`: what else may be chosen."""
    if len(meant) > 1:
        judged = answerer.answer_within(f"{text}{last.question}", {one.slug for one in meant})
        if judged.band == "answer" and judged.entry is not None:
            return _found(judged.entry)
    listed = {one.slug: one for one in (*meant, *(near if last.topic else ()))}
    suggestions = tuple(SuggestedQuestion(one.slug, one.question) for one in listed.values())
    return Answer(
        band="unsure" if suggestions else "lost", suggestions=suggestions[:MOST_SUGGESTED], reason=UNSAID
    )


def _found(entry: EntryView, reason: str = FOLLOW_UP) -> Answer:
    return Answer(band="answer", entry=entry, citations=entry.citations, confidence=1.0, reason=reason)


def _speaks_of(entry: EntryView, intent: str) -> bool:
    return words().says(intent, entry.answer) or words().says(intent, entry.more)


def _meet(last: EntryView, other: EntryView, narrowed: str = "") -> bool:
    """Whether two entries are asked for with words in common, beside those that ask.

    Once is enough in their questions, and in a phrasing that holds `narrowed`.
    """
    own = words().pairs(last.question)
    if own & words().pairs(other.question):
        return True
    meeting = [each for each in other.phrasings if own & words().pairs(each)]
    return len(meeting) >= _OFTEN or bool(narrowed and any(narrowed in each for each in meeting))


def _siblings(answerer: Knowing, last: EntryView) -> list[EntryView]:
    """The other entries about the matter; where an entry names none, those of its category."""
    if last.topic:
        return [one for one in answerer.entries if one.topic == last.topic and one.slug != last.slug]
    return [one for one in answerer.entries if one.category == last.category and one.slug != last.slug]


def _any_of(spellings: Collection[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(one) for one in sorted(spellings, key=len, reverse=True)))
