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

from casework.case_event import CaseEvent
from casework.complaints.events import (
    ComplaintAccepted,
    ComplaintAddedTo,
    ComplaintAnswered,
    ComplaintAssigned,
    ComplaintClosed,
    ComplaintDisputed,
    ComplaintHandedBack,
    ComplaintHandedOver,
    ComplaintRated,
    ComplaintRefused,
    ComplaintSubmitted,
    ComplaintUpdated,
    ComplaintWithdrawn,
)
from casework.dangers.events import (
    DangerAcknowledged,
    DangerAddedTo,
    DangerEnded,
    DangerOverdue,
    DangerPaged,
    DangerPassedOn,
    DangerRaised,
)
from casework.inquiries.events import (
    InquiryAnswered,
    InquiryClosed,
    InquiryContinued,
    InquirySubmitted,
)
from casework.notifications.events import AccountLinked, MediaNotReceived, PageReachedNobody, StaffUnbound


class Audience(StrEnum):
    """For whom a notice is. Staff audiences read theirs in the console.

    Where nobody is a duty officer, the dispatchers are paged in their stead.
    """

    OWNER = "owner"
    ASSIGNEE = "assignee"
    DISPATCHERS = "dispatchers"
    DUTY_OFFICERS = "duty_officers"
    HEADS = "heads"
    INQUIRY_CLERKS = "inquiry_clerks"


Condition = Callable[[Any], bool]


def always(_: CaseEvent) -> bool:
    return True


def not_from_chat(event: ComplaintSubmitted | InquirySubmitted) -> bool:
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


def somebody_has_it(event: ComplaintAddedTo) -> bool:
    return event.unit is not None or event.assignee_id is not None


def nobody_has_it_yet(event: ComplaintAddedTo) -> bool:
    return not somebody_has_it(event)


def not_by_the_citizen(event: InquiryClosed) -> bool:
    return event.by != "citizen"


def with_phone(event: DangerPaged) -> bool:
    return event.has_phone


def without_phone(event: DangerPaged) -> bool:
    return not event.has_phone


def heads_with_phone(event: DangerPaged) -> bool:
    return event.heads and event.has_phone


def heads_without_phone(event: DangerPaged) -> bool:
    return event.heads and not event.has_phone


def for_a_case(event: MediaNotReceived) -> bool:
    return event.reference != ""


def for_no_case(event: MediaNotReceived) -> bool:
    return event.reference == ""


@dataclass(frozen=True)
class Rule:
    """`when` narrows the event; `fresh_for`: later than this after the event nobody is told any more.

    `page`: members of staff are called through the channel, on their own WeChat where they have bound one, and
    not only shown it in the console.
    """

    event: type[CaseEvent]
    audience: Audience
    template: str
    when: Condition = always
    fresh_for: timedelta = timedelta(days=3)
    page: bool = False

    @property
    def name(self) -> str:
        """Stable name of the rule, for figures and the deliveries page."""
        return f"{self.event.name}:{self.audience.value}"


OWNER, ASSIGNEE, DISPATCHERS = Audience.OWNER, Audience.ASSIGNEE, Audience.DISPATCHERS
DUTY_OFFICERS, HEADS, INQUIRY_CLERKS = Audience.DUTY_OFFICERS, Audience.HEADS, Audience.INQUIRY_CLERKS
SOON = timedelta(hours=1)

# A citizen's own dispute and withdrawal are confirmed where they are made; only the bureau hears of them here.
RULES: tuple[Rule, ...] = (
    Rule(ComplaintSubmitted, OWNER, "notify.complaint.submitted", not_from_chat),
    Rule(ComplaintSubmitted, DISPATCHERS, "notify.staff.complaint_submitted"),
    Rule(ComplaintAccepted, OWNER, "notify.complaint.accepted"),
    Rule(ComplaintRefused, OWNER, "notify.complaint.refused"),
    Rule(ComplaintAssigned, OWNER, "notify.complaint.assigned"),
    Rule(ComplaintAssigned, ASSIGNEE, "notify.staff.complaint_assigned"),
    Rule(ComplaintHandedBack, DISPATCHERS, "notify.staff.complaint_handed_back"),
    Rule(ComplaintHandedOver, ASSIGNEE, "notify.staff.complaint_handed_over"),
    Rule(ComplaintAnswered, OWNER, "notify.complaint.answered", first_answer),
    Rule(ComplaintAnswered, OWNER, "notify.complaint.answered_again", last_answer),
    Rule(ComplaintRated, OWNER, "notify.complaint.rated", closed_by_rating),
    Rule(ComplaintRated, ASSIGNEE, "notify.staff.complaint_rated_unsatisfied", unsatisfied),
    Rule(ComplaintDisputed, DISPATCHERS, "notify.staff.complaint_disputed"),
    Rule(ComplaintClosed, OWNER, "notify.complaint.closed", by_a_person),
    Rule(ComplaintClosed, OWNER, "notify.complaint.closed_by_clock", by_the_clock),
    Rule(ComplaintAddedTo, ASSIGNEE, "notify.staff.complaint_added_to", somebody_has_it),
    Rule(ComplaintAddedTo, DISPATCHERS, "notify.staff.complaint_added_to", nobody_has_it_yet),
    Rule(ComplaintUpdated, OWNER, "notify.complaint.updated"),
    Rule(ComplaintWithdrawn, ASSIGNEE, "notify.staff.complaint_withdrawn"),
    Rule(InquirySubmitted, OWNER, "notify.inquiry.submitted", not_from_chat),
    Rule(InquirySubmitted, INQUIRY_CLERKS, "notify.staff.inquiry_submitted"),
    Rule(InquiryContinued, INQUIRY_CLERKS, "notify.staff.inquiry_continued"),
    Rule(InquiryAnswered, OWNER, "notify.inquiry.answered"),
    Rule(InquiryClosed, OWNER, "notify.inquiry.closed", not_by_the_citizen),
    Rule(DangerPaged, DUTY_OFFICERS, "notify.staff.danger", with_phone, SOON, page=True),
    Rule(DangerPaged, DUTY_OFFICERS, "notify.staff.danger_no_phone", without_phone, SOON, page=True),
    Rule(DangerPaged, HEADS, "notify.staff.danger", heads_with_phone, SOON, page=True),
    Rule(DangerPaged, HEADS, "notify.staff.danger_no_phone", heads_without_phone, SOON, page=True),
    Rule(DangerPassedOn, ASSIGNEE, "notify.staff.danger_passed_on", fresh_for=SOON, page=True),
    Rule(DangerAcknowledged, OWNER, "notify.danger.acknowledged", fresh_for=SOON),
    Rule(DangerAcknowledged, DUTY_OFFICERS, "notify.staff.danger_acknowledged", fresh_for=SOON, page=True),
    Rule(DangerOverdue, ASSIGNEE, "notify.staff.danger_overdue"),
    Rule(DangerOverdue, HEADS, "notify.staff.danger_overdue"),
    Rule(PageReachedNobody, DISPATCHERS, "notify.staff.danger_unreached", fresh_for=SOON, page=True),
    Rule(PageReachedNobody, HEADS, "notify.staff.danger_unreached", fresh_for=SOON, page=True),
    Rule(AccountLinked, OWNER, "notify.account_linked"),
    Rule(StaffUnbound, OWNER, "notify.staff_unbound"),
    Rule(MediaNotReceived, OWNER, "notify.media_not_received", for_no_case),
    Rule(MediaNotReceived, OWNER, "notify.media_not_received_for_case", for_a_case),
)

SILENT: dict[type[CaseEvent], str] = {
    DangerRaised: "`danger.paged` follows within seconds and calls",
    DangerAddedTo: "`danger.passed_on` or the next page tells it, not every message",
    DangerEnded: "how it went stands on the alert; a complaint gets an answer of its own",
}
"""Events about which nobody is told, each with the reason why not."""


def rules_for(event: CaseEvent) -> Iterator[Rule]:
    """The rules that speak about this very event."""
    return (rule for rule in RULES if rule.event is type(event) and rule.when(event))
