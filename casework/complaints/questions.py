"""What is asked about a complaint because of its category, and only when it matters. A person may pass over all of it."""

from __future__ import annotations

from casework.complaints.desk import Desk
from casework.complaints.filing import suggested
from casework.complaints.scheme import Category, Question
from casework.complaints.wording import folded
from casework.dangers.finding import find_danger

AT_MOST = 2
"""More than two questions would be a form."""
CLEAR = 0.6
"""Below this confidence a suggestion is too uncertain to ask about."""


def questions_about(desk: Desk, story: str, category: str | None = None) -> tuple[Question, ...]:
    """What to ask about a story: of the category that was chosen, else of the one its words clearly suggest."""
    found = asking_category(desk, story, category)
    return due_questions(found, story) if found is not None else ()


def asking_category(desk: Desk, story: str, category: str | None = None) -> Category | None:
    """Whose questions those are; None where the words suggest nothing clearly, or tell of danger: then nobody is kept."""
    if find_danger(desk.policy.danger, story):
        return None
    code = category or _clearly_suggested(desk, story)
    return desk.policy.categories.get(code) if code is not None else None


def due_questions(category: Category, story: str) -> tuple[Question, ...]:
    """The questions of a category that this story leaves open, at most `AT_MOST`."""
    text = folded(story)
    return tuple(one for one in category.questions if _is_open(one, text))[:AT_MOST]


def _is_open(question: Question, text: str) -> bool:
    if any(folded(word) in text for word in question.unless_words):
        return False
    return not question.only_if_words or any(folded(word) in text for word in question.only_if_words)


def _clearly_suggested(desk: Desk, story: str) -> str | None:
    found = suggested(desk, story) if story else None
    if found is None or (found.confidence is not None and found.confidence < CLEAR):
        return None
    return found.category
