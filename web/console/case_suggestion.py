"""What the words of a case suggest, as its page says it: what, how surely, by which words. A person decides."""

from __future__ import annotations

from collections.abc import Callable

from casework.complaints.urgency import Urgency
from casework.complaints.views import ComplaintDetail
from web.console.case_screens import Suggestion
from web.console.door import ConsoleDoor


def how_sure(door: ConsoleDoor, category: str, confidence: float | None) -> str:
    """What is suggested, and how often that is right where somebody has measured it."""
    name = door.desk.policy.category_name(category)
    if confidence is None:
        return door.words.text("console.suggestion.by_keywords", category=name)
    return door.words.text("console.suggestion.by_model", category=name, percent=round(confidence * 100))


def suggestion_of(
    door: ConsoleDoor, case: ComplaintDetail, told: Callable[[str | None], str]
) -> Suggestion | None:
    """None where the words say nothing. Whose else it may be is of use only until the case is somebody's.

    `told` takes out of the citizen's words what the visitor is not to know.
    """
    words, found = door.words, case.suggestion
    other = case.elsewhere if case.unit is None else None
    if found is None and other is None:
        return None
    category = urgency = elsewhere = ""
    if found is not None and found.category is not None:
        category = how_sure(door, found.category, found.confidence)
    if found is not None and found.urgency is not Urgency.ORDINARY and found.urgency_words:
        step = words.text(f"complaint.urgency.{found.urgency.value}")
        urgency = words.text("console.suggestion.urgency", urgency=step)
    if other is not None:
        subject = other.subject
        elsewhere = words.text(
            "console.suggestion.elsewhere",
            subject=subject.name,
            body=subject.responsible_body,
            phone=subject.phone,
        )
    return Suggestion(
        category=category,
        words=tuple(map(told, case.suggested_by)),
        urgency=urgency,
        urgency_words=tuple(map(told, found.urgency_words)) if found is not None else (),
        elsewhere=elsewhere,
        elsewhere_words=other.words if other is not None else (),
    )
