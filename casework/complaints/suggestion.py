"""What the words of a story suggest: its category, how fast it is to be seen to, or that it is another body's.

Until a model trained from the bureau's own closed cases is in force, the profile's keywords suggest. Nothing here
changes a case: what is suggested is kept beside it and a person decides.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from casework.complaints import category as categories
from casework.complaints.models import Complaint
from casework.complaints.ports import Suggested
from casework.complaints.profile import ComplaintPolicy
from casework.complaints.urgency import Urgency
from casework.complaints.urgency_words import urgency_by_words

LEAST_CONFIDENCE = 0.3
"""A model that is less sure than this leaves it to the keywords."""
_STEPS = tuple(Urgency)


class Guess(msgspec.Struct, frozen=True):
    """A category, how often such a guess is right (0 to 1), and the words that led there."""

    category: str
    confidence: float
    words: tuple[str, ...]


class Guesser(Protocol):
    """A model in force. In memory, below a millisecond."""

    def guess(self, story: str) -> Guess | None:
        """None where the words say nothing."""


class WordSuggester:
    """Suggests by the model in force, or by keywords where there is none or it does not know.

    `model` is replaced when another one is activated (`casework.complaints.category_models`).
    """

    def __init__(self, policy: ComplaintPolicy, model: Guesser | None = None) -> None:
        self._policy = policy
        self.model = model

    def suggest(self, story: str) -> Suggested | None:
        """None where the words say nothing, neither of a category nor of a hurry."""
        guess = self.model.guess(story) if self.model is not None else None
        if guess is None or guess.confidence < LEAST_CONFIDENCE:
            return suggest_by_keywords(story, self._policy)
        # A category that the profile has given up since is no suggestion.
        if guess.category not in self._policy.categories:
            return suggest_by_keywords(story, self._policy)
        urgency, urgency_words = _urgency(story, guess.category, self._policy)
        return Suggested(
            category=guess.category,
            confidence=guess.confidence,
            words=guess.words,
            by="model",
            urgency=urgency,
            urgency_words=urgency_words,
        )


def suggest_by_keywords(story: str, policy: ComplaintPolicy) -> Suggested | None:
    """What the profile's own words suggest. How often that is right, nobody has measured."""
    guess = categories.suggest(story, policy)
    category = guess.category if guess is not None else None
    urgency, urgency_words = _urgency(story, category, policy)
    if guess is None and not urgency_words:
        return None
    words = guess.words if guess is not None else ()
    return Suggested(category=category, words=words, urgency=urgency, urgency_words=urgency_words)


def suggestion_kept(row: Complaint, policy: ComplaintPolicy) -> Suggested | None:
    """What was suggested when the case was filed; of one that kept only the category, the words are found again."""
    if row.suggestion is not None:
        return msgspec.json.decode(row.suggestion, type=Suggested)
    if row.suggested_category is None:
        return None
    found = suggest_by_keywords(row.story, policy)
    if found is not None and found.category == row.suggested_category:
        return found
    return Suggested(category=row.suggested_category)


def _urgency(story: str, category: str | None, policy: ComplaintPolicy) -> tuple[Urgency, tuple[str, ...]]:
    """By the words, but never below what the category asks for anyway."""
    urgency, words = urgency_by_words(story, policy.urgency_words, policy.danger)
    found = policy.categories.get(category) if category is not None else None
    if found is not None and _STEPS.index(found.urgency) > _STEPS.index(urgency):
        return found.urgency, words
    return urgency, words
