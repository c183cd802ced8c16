"""Words for a contractor say what is to be done where, and nothing of who complained.

Numbers of telephones and documents, the name the case was filed with and long stretches of the citizen's own words are
refused. What rules take for a name, a plate or a chat name is refused until the clerk says that it was looked at: they
mistake a shop for a person. Numbers of houses stay: a contractor has to find the place.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from casework.complaints.releasing import marked, shares_run
from kit.problems import Invalid
from nlp.personal import Kind
from nlp.redact import holds_personal_number

QUOTED_AT_MOST = 12
"""Characters in a row that an order may share with what the citizen wrote, the place aside."""
_APART = re.compile(r"\s+")


def require_plain(
    words: str,
    place_text: str,
    *,
    said: Collection[str],
    case_place: str,
    names: Collection[str],
    is_checked: bool,
) -> None:
    """Raise Invalid, naming the field, for words or a place that lead to whoever complained.

    `said` are the citizen's texts, `case_place` the place as the case has it, `names` those known of the case.
    """
    for field, text in (("order_words", words), ("order_place", place_text)):
        if holds_personal_number(text):
            raise Invalid("problem.work_order.personal_number", field=field)
        if any(name and _joined(name) in _joined(text) for name in names):
            raise Invalid("problem.work_order.names_reporter", field=field)
    for one in said:
        mine, theirs = (_without(text, (place_text, case_place)) for text in (words, one))
        if shares_run(mine, theirs, QUOTED_AT_MOST):
            raise Invalid("problem.work_order.quotes_citizen", field="order_words", at_most=QUOTED_AT_MOST)
    found = [text for text, kind in (*marked(words), *marked(place_text)) if kind is not Kind.HOUSE]
    if found and not is_checked:
        raise Invalid(
            "problem.work_order.names_somebody",
            field="order_words",
            found="\u3001".join(dict.fromkeys(found)),
        )


def _without(text: str, places: Collection[str]) -> str:
    """Where it is may be said in the same words: without the place itself."""
    for place in places:
        if place:
            text = text.replace(place, "\n")
    return text


def _joined(text: str) -> str:
    return _APART.sub("", text)
