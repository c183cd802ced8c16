"""What a complaint is about, guessed from its words by the bureau's own keywords. A person decides.

A keyword counts as many points as it has characters, each keyword once: longer words say more. Keywords
written inside a longer matched one do not count again. `ComplaintPolicy` holds its keywords folded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from casework.complaints.profile import Category, ComplaintPolicy, NotOurs
from casework.complaints.wording import folded

_ONLY_WHERE = re.compile(
    "(?:\u7684)?"
    "(?:\u95e8\u53e3|\u95e8\u524d|\u65c1\u8fb9|\u65c1|\u9644\u8fd1|\u5bf9\u9762|\u5468\u8fb9|\u5916\u9762"
    "|\u697c\u4e0b|\u8def\u53e3|\u540e\u9762|\u524d\u9762|\u8fb9\u4e0a|\u540e\u95e8|\u524d\u95e8|\u5927\u95e8"
    "|\u4e1c\u4fa7|\u897f\u4fa7|\u5357\u4fa7|\u5317\u4fa7)"
)
"""At the hospital's gate, beside the school: that says where something is, not whose trouble it is."""


CLEARLY = 2
"""So many times the points of our own category make it another body's."""


class Suggestion(msgspec.Struct, frozen=True):
    """A guessed category and the words that led there."""

    category: str
    words: tuple[str, ...]
    points: int


class Elsewhere(msgspec.Struct, frozen=True):
    """Trouble that is another body's, and the words that show it."""

    subject: NotOurs
    words: tuple[str, ...]


def suggest(story: str, policy: ComplaintPolicy) -> Suggestion | None:
    """The category with most points, the profile's order breaking ties; None when no keyword occurs."""
    text = folded(story)
    found = _found(text, policy)
    best: Suggestion | None = None
    for category in policy.categories.values() if found else ():
        if found.isdisjoint(category.keywords):
            continue
        words = _matched(text, category.keywords)
        points = sum(map(len, words))
        if points and (best is None or points > best.points):
            best = Suggestion(category.code, words, points)
    return best


def recognise_elsewhere(story: str, policy: ComplaintPolicy) -> Elsewhere | None:
    """Whose it is when it is not ours. None where anything of ours is told of that is not by far the smaller part.

    To be sent away wrongly is worse than to be looked at once more.

    What only says where something is (医院门口) is no sign.
    """
    text = folded(story)
    best: Elsewhere | None = None
    best_points = 0
    for subject in policy.not_ours:
        words = tuple(word for word in _matched(text, subject.keywords) if not _only_where(text, word))
        points = sum(map(len, words))
        if points > best_points:
            best, best_points = Elsewhere(subject, words), points
    if best is None:
        return None
    ours = suggest(story, policy)
    return best if ours is None or best_points > CLEARLY * ours.points else None


def elsewhere_params(found: Elsewhere) -> dict[str, str]:
    """Placeholders of a sentence that says whose it is."""
    subject = found.subject
    return {"subject": subject.name, "body": subject.responsible_body, "phone": subject.phone}


_known: dict[int, tuple[dict[str, Category], dict[str, list[str]]]] = {}


def _found(text: str, policy: ComplaintPolicy) -> set[str]:
    """The keywords of any category that occur. Only those are looked for that begin with a character of the text."""
    categories = policy.categories
    known = _known.get(id(categories))
    if known is None or known[0] is not categories:
        if len(_known) > 8:
            _known.clear()
        beginning: dict[str, list[str]] = {}
        for category in categories.values():
            for keyword in category.keywords:
                beginning.setdefault(keyword[:1], []).append(keyword)
        known = _known[id(categories)] = (categories, beginning)
    return {
        keyword
        for character in known[1].keys() & set(text)
        for keyword in known[1][character]
        if keyword in text
    }


def _only_where(text: str, word: str) -> bool:
    """Whether the word never stands without a place word behind it."""
    at = text.find(word)
    while at >= 0:
        if _ONLY_WHERE.match(text, at + len(word)) is None:
            return False
        at = text.find(word, at + 1)
    return True


def _matched(text: str, keywords: Iterable[str]) -> tuple[str, ...]:
    found = [keyword for keyword in keywords if keyword in text]
    return tuple(word for word in found if not any(word != other and word in other for other in found))
