"""Who is told what: one line per event and audience. Words are in the catalogue under the template's key.

A template `notify.x` has `notify.x.title` and `.phrase` (subject and state of a subscribe message: at most 20
and 5 characters), `.thing` (one short remark, at most 20) and `.text` (a customer-service message).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from casework.complaints.events import (
    ComplaintAccepted,
    ComplaintAnswered,
    ComplaintAssigned,
    ComplaintClosed,
    ComplaintDisputed,
    ComplaintEvent,
    ComplaintHandedBack,
    ComplaintRated,
    ComplaintRefused,
    ComplaintSubmitted,
    ComplaintWithdrawn,
)


class Audience(StrEnum):
    """For whom a notice is. Staff audiences read theirs in the console."""

    OWNER = "owner"
    ASSIGNEE = "assignee"
    DISPATCHERS = "dispatchers"


Condition = Callable[[Any], bool]


def always(_: ComplaintEvent) -> bool:
    return True


def not_from_chat(event: ComplaintSubmitted) -> bool:
    """In chat the reply to the citizen's last message already is the receipt."""
    return event.source != "wechat"


def first_answer(event: ComplaintAnswered) -> bool:
    return event.may_dispute


def last_answer(event: ComplaintAnswered) -> bool:
    return not event.may_dispute


def closed_by_rating(event: ComplaintRated) -> bool:
    """A poor rating leaves the case open; what to do then is said where it was given."""
    return event.closed


def unsatisfied(event: ComplaintRated) -> bool:
    return not event.closed


def by_the_clock(event: ComplaintClosed) -> bool:
    return event.by_clock


def by_a_person(event: ComplaintClosed) -> bool:
    return not event.by_clock


@dataclass(frozen=True)
class Rule:
    """`when` narrows the event; `fresh_for`: later than this after the event nobody is told any more."""

    event: type[ComplaintEvent]
    audience: Audience
    template: str
    when: Condition = always
    fresh_for: timedelta = timedelta(days=3)

    @property
    def name(self) -> str:
        """Stable name of the rule, for figures and the deliveries page."""
        return f"{self.event.name}:{self.audience.value}"


OWNER, ASSIGNEE, DISPATCHERS = Audience.OWNER, Audience.ASSIGNEE, Audience.DISPATCHERS

# A citizen's own dispute and withdrawal are confirmed where they are made; only the bureau hears of them here.
RULES: tuple[Rule, ...] = (
    Rule(ComplaintSubmitted, OWNER, "notify.complaint.submitted", not_from_chat),
    Rule(ComplaintSubmitted, DISPATCHERS, "notify.staff.complaint_submitted"),
    Rule(ComplaintAccepted, OWNER, "notify.complaint.accepted"),
    Rule(ComplaintRefused, OWNER, "notify.complaint.refused"),
    Rule(ComplaintAssigned, OWNER, "notify.complaint.assigned"),
    Rule(ComplaintAssigned, ASSIGNEE, "notify.staff.complaint_assigned"),
    Rule(ComplaintHandedBack, DISPATCHERS, "notify.staff.complaint_handed_back"),
    Rule(ComplaintAnswered, OWNER, "notify.complaint.answered", first_answer),
    Rule(ComplaintAnswered, OWNER, "notify.complaint.answered_again", last_answer),
    Rule(ComplaintRated, OWNER, "notify.complaint.rated", closed_by_rating),
    Rule(ComplaintRated, ASSIGNEE, "notify.staff.complaint_rated_unsatisfied", unsatisfied),
    Rule(ComplaintDisputed, DISPATCHERS, "notify.staff.complaint_disputed"),
    Rule(ComplaintClosed, OWNER, "notify.complaint.closed", by_a_person),
    Rule(ComplaintClosed, OWNER, "notify.complaint.closed_by_clock", by_the_clock),
    Rule(ComplaintWithdrawn, ASSIGNEE, "notify.staff.complaint_withdrawn"),
)

SILENT: dict[type[ComplaintEvent], str] = {}
"""Events about which nobody is told, each with the reason why not."""


def rules_for(event: ComplaintEvent) -> Iterator[Rule]:
    """The rules that speak about this very event."""
    return (rule for rule in RULES if rule.event is type(event) and rule.when(event))
