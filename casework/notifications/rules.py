"""Who is told what: one line per event and audience. Words are in the catalogue under the template's key.

A template `notify.x` has `notify.x.title` and `.phrase` (subject and state of a subscribe message: at most 20
and 5 characters), `.thing` (one short remark, at most 20) and `.text` (a customer-service message).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

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


@dataclass(frozen=True)
class Rule:
    """`fresh_for`: later than this after the event nobody is told any more.

    `unless_source`: doors at which the person has this very news as the answer to what they just did.
    """

    event: type[ComplaintEvent]
    audience: Audience
    template: str
    fresh_for: timedelta = timedelta(days=3)
    unless_source: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """Stable name of the rule, for figures and the deliveries page."""
        return f"{self.event.name}:{self.audience.value}"


CHAT = frozenset({"wechat"})

RULES: tuple[Rule, ...] = (
    Rule(ComplaintSubmitted, Audience.OWNER, "notify.complaint.submitted", unless_source=CHAT),
    Rule(ComplaintSubmitted, Audience.DISPATCHERS, "notify.staff.complaint_submitted"),
    Rule(ComplaintAccepted, Audience.OWNER, "notify.complaint.accepted"),
    Rule(ComplaintRefused, Audience.OWNER, "notify.complaint.refused"),
    Rule(ComplaintAssigned, Audience.OWNER, "notify.complaint.assigned"),
    Rule(ComplaintAssigned, Audience.ASSIGNEE, "notify.staff.complaint_assigned"),
    Rule(ComplaintHandedBack, Audience.DISPATCHERS, "notify.staff.complaint_handed_back"),
    Rule(ComplaintAnswered, Audience.OWNER, "notify.complaint.answered"),
    Rule(ComplaintRated, Audience.OWNER, "notify.complaint.rated"),
    Rule(ComplaintRated, Audience.ASSIGNEE, "notify.staff.complaint_rated"),
    Rule(ComplaintDisputed, Audience.OWNER, "notify.complaint.disputed"),
    Rule(ComplaintDisputed, Audience.DISPATCHERS, "notify.staff.complaint_disputed"),
    Rule(ComplaintClosed, Audience.OWNER, "notify.complaint.closed"),
    Rule(ComplaintWithdrawn, Audience.OWNER, "notify.complaint.withdrawn"),
    Rule(ComplaintWithdrawn, Audience.ASSIGNEE, "notify.staff.complaint_withdrawn"),
)

SILENT: dict[type[ComplaintEvent], str] = {}
"""Events about which nobody is told, each with the reason why not."""


def rules_for(event: ComplaintEvent) -> Iterator[Rule]:
    """The rules that speak about this very event."""
    source = getattr(event, "source", None)
    return (rule for rule in RULES if rule.event is type(event) and source not in rule.unless_source)
