"""What a complaint is about, guessed from its words by the bureau's own keywords. A person decides.

A keyword counts as many points as it has characters, each keyword once: longer words say more. Keywords
written inside a longer matched one do not count again. `ComplaintPolicy` holds its keywords folded.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from casework.complaints.profile import ComplaintPolicy, NotOurs
from casework.complaints.wording import folded


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
    best: Suggestion | None = None
    for category in policy.categories.values():
        words = _matched(text, category.keywords)
        points = sum(map(len, words))
        if points and (best is None or points > best.points):
            best = Suggestion(category.code, words, points)
    return best


def recognise_elsewhere(story: str, policy: ComplaintPolicy) -> Elsewhere | None:
    """Whose it is when it is not ours. None as soon as one of our own categories is as likely."""
    text = folded(story)
    best: Elsewhere | None = None
    best_points = 0
    for subject in policy.not_ours:
        words = _matched(text, subject.keywords)
        points = sum(map(len, words))
        if points > best_points:
            best, best_points = Elsewhere(subject, words), points
    ours = suggest(story, policy)
    return best if ours is None or best_points > ours.points else None


def _matched(text: str, keywords: Iterable[str]) -> tuple[str, ...]:
    found = [keyword for keyword in keywords if keyword in text]
    return tuple(word for word in found if not any(word != other and word in other for other in found))
