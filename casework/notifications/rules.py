"""Who is told what, as shipped: one line per event and audience. Words are in the catalogue under the template's key.

A template `notify.x` has `notify.x.title` and `.phrase` (subject and state of a subscribe message: at most 20
and 5 characters), `.thing` (one short remark, at most 20) and `.text` (a customer-service message). A bureau changes
lines and adds some in its profile: see `rule_book`.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from casework.case_event import CaseEvent
from casework.complaints.events import (
    ComplaintAccepted,
    ComplaintAddedTo,
    ComplaintAnswered,
    ComplaintArchived,
    ComplaintAsked,
    ComplaintAssigned,
    ComplaintClosed,
    ComplaintDisputed,
    ComplaintExtended,
    ComplaintHandedBack,
    ComplaintHandedOver,
    ComplaintHandled,
    ComplaintMerged,
    ComplaintRated,
    ComplaintReckoned,
    ComplaintReclassified,
    ComplaintRedone,
    ComplaintReferred,
    ComplaintRefused,
    ComplaintReminded,
    ComplaintResumed,
    ComplaintSentBack,
    ComplaintSplit,
    ComplaintSplitOff,
    ComplaintSubmitted,
    ComplaintSupervised,
    ComplaintUnmerged,
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
from casework.deadlines.events import DeadlineReached
from casework.inquiries.events import (
    InquiryAnswered,
    InquiryClosed,
    InquiryContinued,
    InquirySubmitted,
)
from casework.notifications.events import (
    AccountLinked,
    AlertUnanswered,
    MediaNotReceived,
    PageReachedNobody,
    StaffUnbound,
)
from casework.notifications.shape import Audience, Bundle, Lane, Rule, Topic

SOON = timedelta(hours=1)
OWNER, ASSIGNEE, DISPATCHERS = Audience.OWNER, Audience.ASSIGNEE, Audience.DISPATCHERS
DUTY_OFFICERS, HEADS, INQUIRY_CLERKS = Audience.DUTY_OFFICERS, Audience.HEADS, Audience.INQUIRY_CLERKS
UNIT_HEADS = Audience.UNIT_HEADS

# The bureau acts in office hours, but moves of the clock and late workers do not: nobody is woken by them.
_progress = partial(Rule, audience=OWNER, topic=Topic.PROGRESS, hold_at_night=True)
_result = partial(Rule, audience=OWNER, topic=Topic.RESULT, must=True, hold_at_night=True)
# Told within the conversation, so to say: whoever just did something is awake.
_receipt = partial(Rule, audience=OWNER, topic=Topic.RECEIPT, fresh_for=timedelta(days=1))
_account = partial(Rule, audience=OWNER, topic=Topic.ACCOUNT, must=True)
_work = partial(Rule, topic=Topic.WORK)
_called = partial(Rule, topic=Topic.WORK, page=True, hold_at_night=True)
_deadline = partial(
    Rule, event=DeadlineReached, topic=Topic.ALARM, fresh_for=timedelta(days=1), hold_at_night=True
)
_due = partial(
    _deadline,
    template="notify.staff.deadline_due",
    page=True,
    escalate_after=timedelta(minutes=30),
    escalate_to=HEADS,
)
_danger = partial(Rule, topic=Topic.DANGER, lane=Lane.URGENT, fresh_for=SOON, page=True, must=True)

# A citizen's own dispute, withdrawal and rating are confirmed where they are made; only the bureau hears of them here.
SHIPPED: tuple[Rule, ...] = (
    _receipt(
        code="complaint_submitted_owner",
        event=ComplaintSubmitted,
        template="notify.complaint.submitted",
        when="not_from_chat",
    ),
    _work(
        code="complaint_submitted_dispatchers",
        event=ComplaintSubmitted,
        audience=DISPATCHERS,
        template="notify.staff.complaint_submitted",
    ),
    _progress(code="complaint_accepted_owner", event=ComplaintAccepted, template="notify.complaint.accepted"),
    _result(code="complaint_refused_owner", event=ComplaintRefused, template="notify.complaint.refused"),
    _progress(code="complaint_assigned_owner", event=ComplaintAssigned, template="notify.complaint.assigned"),
    _called(
        code="complaint_assigned_assignee",
        event=ComplaintAssigned,
        audience=ASSIGNEE,
        template="notify.staff.complaint_assigned",
    ),
    _work(
        code="complaint_handed_back_dispatchers",
        event=ComplaintHandedBack,
        audience=DISPATCHERS,
        template="notify.staff.complaint_handed_back",
    ),
    _called(
        code="complaint_handed_over_assignee",
        event=ComplaintHandedOver,
        audience=ASSIGNEE,
        template="notify.staff.complaint_handed_over",
    ),
    _result(
        code="complaint_answered_owner",
        event=ComplaintAnswered,
        template="notify.complaint.answered",
        when="first_answer",
    ),
    _result(
        code="complaint_answered_again_owner",
        event=ComplaintAnswered,
        template="notify.complaint.answered_again",
        when="last_answer",
    ),
    _work(
        code="complaint_rated_assignee",
        event=ComplaintRated,
        audience=ASSIGNEE,
        template="notify.staff.complaint_rated_unsatisfied",
        when="unsatisfied",
    ),
    _work(
        code="complaint_disputed_dispatchers",
        event=ComplaintDisputed,
        audience=DISPATCHERS,
        template="notify.staff.complaint_disputed",
    ),
    _progress(
        code="complaint_closed_owner",
        event=ComplaintClosed,
        template="notify.complaint.closed",
        when="by_a_person",
    ),
    _progress(
        code="complaint_closed_by_clock_owner",
        event=ComplaintClosed,
        template="notify.complaint.closed_by_clock",
        when="by_the_clock",
    ),
    _work(
        code="complaint_added_to_assignee",
        event=ComplaintAddedTo,
        audience=ASSIGNEE,
        template="notify.staff.complaint_added_to",
        when="somebody_has_it",
    ),
    _work(
        code="complaint_added_to_dispatchers",
        event=ComplaintAddedTo,
        audience=DISPATCHERS,
        template="notify.staff.complaint_added_to",
        when="nobody_has_it_yet",
    ),
    _progress(code="complaint_updated_owner", event=ComplaintUpdated, template="notify.complaint.updated"),
    _work(
        code="complaint_withdrawn_assignee",
        event=ComplaintWithdrawn,
        audience=ASSIGNEE,
        template="notify.staff.complaint_withdrawn",
    ),
    # The bureau cannot go on without the answer: this one is no news to be passed over.
    _result(code="complaint_asked_owner", event=ComplaintAsked, template="notify.complaint.asked"),
    _result(code="complaint_extended_owner", event=ComplaintExtended, template="notify.complaint.extended"),
    _progress(code="complaint_referred_owner", event=ComplaintReferred, template="notify.complaint.referred"),
    _called(
        code="complaint_referred_assignee",
        event=ComplaintReferred,
        audience=ASSIGNEE,
        template="notify.staff.complaint_referred",
    ),
    _called(
        code="complaint_resumed_assignee",
        event=ComplaintResumed,
        audience=ASSIGNEE,
        template="notify.staff.complaint_replied",
        when="citizen_replied",
    ),
    _called(
        code="complaint_supervised_assignee",
        event=ComplaintSupervised,
        audience=ASSIGNEE,
        template="notify.staff.complaint_supervised",
    ),
    _called(
        code="complaint_reminded_assignee",
        event=ComplaintReminded,
        audience=ASSIGNEE,
        template="notify.staff.complaint_reminded",
        when="somebody_was_reminded",
    ),
    _work(
        code="complaint_reminded_dispatchers",
        event=ComplaintReminded,
        audience=DISPATCHERS,
        template="notify.staff.complaint_reminded",
        when="nobody_was_reminded",
    ),
    _work(
        code="complaint_handled_dispatchers",
        event=ComplaintHandled,
        audience=DISPATCHERS,
        template="notify.staff.complaint_handled",
    ),
    _called(
        code="complaint_sent_back_assignee",
        event=ComplaintSentBack,
        audience=ASSIGNEE,
        template="notify.staff.complaint_sent_back",
    ),
    _progress(code="complaint_redone_owner", event=ComplaintRedone, template="notify.complaint.redone"),
    _work(
        code="complaint_redone_dispatchers",
        event=ComplaintRedone,
        audience=DISPATCHERS,
        template="notify.staff.complaint_redone",
    ),
    _progress(code="complaint_merged_owner", event=ComplaintMerged, template="notify.complaint.merged"),
    _progress(code="complaint_unmerged_owner", event=ComplaintUnmerged, template="notify.complaint.unmerged"),
    _work(
        code="complaint_unmerged_dispatchers",
        event=ComplaintUnmerged,
        audience=DISPATCHERS,
        template="notify.staff.complaint_unmerged",
    ),
    _progress(code="complaint_split_owner", event=ComplaintSplit, template="notify.complaint.split"),
    _receipt(
        code="inquiry_submitted_owner",
        event=InquirySubmitted,
        template="notify.inquiry.submitted",
        when="not_from_chat",
    ),
    _work(
        code="inquiry_submitted_clerks",
        event=InquirySubmitted,
        audience=INQUIRY_CLERKS,
        template="notify.staff.inquiry_submitted",
    ),
    _work(
        code="inquiry_continued_clerks",
        event=InquiryContinued,
        audience=INQUIRY_CLERKS,
        template="notify.staff.inquiry_continued",
    ),
    _result(code="inquiry_answered_owner", event=InquiryAnswered, template="notify.inquiry.answered"),
    _progress(
        code="inquiry_closed_owner",
        event=InquiryClosed,
        template="notify.inquiry.closed",
        when="not_by_the_citizen",
    ),
    _danger(
        code="danger_paged_duty",
        event=DangerPaged,
        audience=DUTY_OFFICERS,
        template="notify.staff.danger",
        when="with_phone",
    ),
    _danger(
        code="danger_paged_duty_no_phone",
        event=DangerPaged,
        audience=DUTY_OFFICERS,
        template="notify.staff.danger_no_phone",
        when="without_phone",
    ),
    _danger(
        code="danger_paged_heads",
        event=DangerPaged,
        audience=HEADS,
        template="notify.staff.danger",
        when="heads_with_phone",
    ),
    _danger(
        code="danger_paged_heads_no_phone",
        event=DangerPaged,
        audience=HEADS,
        template="notify.staff.danger_no_phone",
        when="heads_without_phone",
    ),
    _danger(
        code="danger_passed_on_assignee",
        event=DangerPassedOn,
        audience=ASSIGNEE,
        template="notify.staff.danger_passed_on",
    ),
    Rule(
        code="danger_acknowledged_owner",
        event=DangerAcknowledged,
        audience=OWNER,
        template="notify.danger.acknowledged",
        topic=Topic.RESULT,
        fresh_for=SOON,
        lane=Lane.URGENT,
        must=True,
    ),
    _danger(
        code="danger_acknowledged_duty",
        event=DangerAcknowledged,
        audience=DUTY_OFFICERS,
        template="notify.staff.danger_acknowledged",
    ),
    _work(
        code="danger_overdue_assignee",
        event=DangerOverdue,
        audience=ASSIGNEE,
        template="notify.staff.danger_overdue",
    ),
    _work(
        code="danger_overdue_heads",
        event=DangerOverdue,
        audience=HEADS,
        template="notify.staff.danger_overdue",
    ),
    _danger(
        code="page_reached_nobody_dispatchers",
        event=PageReachedNobody,
        audience=DISPATCHERS,
        template="notify.staff.danger_unreached",
    ),
    _danger(
        code="page_reached_nobody_heads",
        event=PageReachedNobody,
        audience=HEADS,
        template="notify.staff.danger_unreached",
    ),
    Rule(
        code="alert_unanswered_heads",
        event=AlertUnanswered,
        audience=HEADS,
        template="notify.staff.alert_unanswered",
        topic=Topic.ALARM,
        when="for_heads",
        lane=Lane.URGENT,
        fresh_for=timedelta(hours=12),
        page=True,
        must=True,
    ),
    Rule(
        code="alert_unanswered_dispatchers",
        event=AlertUnanswered,
        audience=DISPATCHERS,
        template="notify.staff.alert_unanswered",
        topic=Topic.ALARM,
        when="for_dispatchers",
        lane=Lane.URGENT,
        fresh_for=timedelta(hours=12),
        page=True,
        must=True,
    ),
    # Of limits: the first mark can wait, the last is everybody's who can do something about it.
    _deadline(
        code="deadline_half_assignee",
        audience=ASSIGNEE,
        template="notify.staff.deadline_half",
        when="half_somebody",
        bundle=Bundle.MORNING,
    ),
    _deadline(
        code="deadline_half_dispatchers",
        audience=DISPATCHERS,
        template="notify.staff.deadline_half",
        when="half_nobody",
        bundle=Bundle.HOURLY,
    ),
    _deadline(
        code="deadline_most_assignee",
        audience=ASSIGNEE,
        template="notify.staff.deadline_most",
        when="most_somebody",
        page=True,
    ),
    _deadline(
        code="deadline_most_dispatchers",
        audience=DISPATCHERS,
        template="notify.staff.deadline_most",
        when="most_nobody",
        page=True,
    ),
    _due(code="deadline_due_assignee", audience=ASSIGNEE, when="due_somebody"),
    _due(code="deadline_due_dispatchers", audience=DISPATCHERS, when="due_nobody"),
    _deadline(
        code="deadline_due_unit_heads",
        audience=UNIT_HEADS,
        template="notify.staff.deadline_due",
        when="due",
        page=True,
    ),
    _deadline(
        code="deadline_overdue_heads",
        audience=HEADS,
        template="notify.staff.deadline_overdue",
        when="overdue",
        lane=Lane.URGENT,
        page=True,
    ),
    _deadline(
        code="deadline_overdue_dispatchers",
        audience=DISPATCHERS,
        template="notify.staff.deadline_overdue",
        when="overdue",
        lane=Lane.URGENT,
        page=True,
    ),
    _deadline(
        code="deadline_overdue_assignee",
        audience=ASSIGNEE,
        template="notify.staff.deadline_overdue",
        when="overdue",
    ),
    _account(code="account_linked_owner", event=AccountLinked, template="notify.account_linked"),
    _account(code="staff_unbound_owner", event=StaffUnbound, template="notify.staff_unbound"),
    Rule(
        code="media_not_received_owner",
        event=MediaNotReceived,
        audience=OWNER,
        template="notify.media_not_received",
        topic=Topic.RESULT,
        when="for_no_case",
        must=True,
    ),
    Rule(
        code="media_not_received_for_case_owner",
        event=MediaNotReceived,
        audience=OWNER,
        template="notify.media_not_received_for_case",
        topic=Topic.RESULT,
        when="for_a_case",
        must=True,
    ),
)

SILENT: dict[type[CaseEvent], str] = {
    ComplaintReclassified: "nobody has to do anything: the case and its limit stand on its page",
    ComplaintReckoned: "the new end stands on the case, and its alarms are planned anew",
    ComplaintSplitOff: "`complaint.split` told the citizen, and whoever split it deals with the parts",
    ComplaintArchived: "nothing is to be done any more",
    DangerRaised: "`danger.paged` follows within seconds and calls",
    DangerAddedTo: "`danger.passed_on` or the next page tells it, not every message",
    DangerEnded: "how it went stands on the alert; a complaint gets an answer of its own",
}
"""Events about which nobody is told, each with the reason why not."""

EARLIER: tuple[str, ...] = ("notify.complaint.rated",)
"""Templates of earlier releases. Rows with them are still shown, and some wait: their words stay."""
