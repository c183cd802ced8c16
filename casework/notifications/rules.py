"""Who is told what, as shipped: one line per event and audience. Words are in the catalogue under the template's key.

A template `notify.x` has `notify.x.title` and `.phrase` (subject and state of a subscribe message: at most 20
and 5 characters), `.thing` (one short remark, at most 20) and `.text` (a customer-service message). A bureau changes
lines and adds some in its profile: see `rule_book`.
"""

from __future__ import annotations

from datetime import timedelta

from casework.case_event import CaseEvent
from casework.complaints.events import (
    ComplaintArchived,
    ComplaintReckoned,
    ComplaintReclassified,
    ComplaintSplitOff,
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
from casework.notifications.complaint_rules import COMPLAINT_RULES
from casework.notifications.events import (
    AccountLinked,
    AlertUnanswered,
    MediaNotReceived,
    PageReachedNobody,
    StaffGranted,
    StaffUnbound,
)
from casework.notifications.order_rules import ORDER_RULES
from casework.notifications.penalty_case_rules import PENALTY_CASE_RULES
from casework.notifications.penalty_rules import PENALTY_RULES
from casework.notifications.permit_rules import PERMIT_RULES
from casework.notifications.project_rules import PROJECT_RULES
from casework.notifications.rule_kinds import (
    ASSIGNEE,
    DISPATCHERS,
    DUTY_OFFICERS,
    HEADS,
    INQUIRY_CLERKS,
    KEEPERS,
    OWNER,
    SOON,
    UNIT_HEADS,
    account_rule,
    danger_rule,
    deadline_rule,
    due_rule,
    progress_rule,
    receipt_rule,
    result_rule,
    work_rule,
)
from casework.notifications.shape import Bundle, Lane, Rule, Topic
from casework.notifications.sign_rules import SIGN_RULES
from casework.penalties import case_events as penalty_cases
from casework.permits.events import (
    ApplicationRated,
    ApplicationReckoned,
    PermitFound,
    SurveyWantedAgain,
)
from casework.projects.events import (
    EnterpriseVisitCheckedIn,
    EnterpriseVisitTurnedAway,
)
from casework.sign_filings.events import SignChecked, SignCorrected, SignRegistered
from casework.work_orders.events import WorkOrderAccepted, WorkOrderVerified

SHIPPED: tuple[Rule, ...] = (
    *COMPLAINT_RULES,
    *ORDER_RULES,
    *PERMIT_RULES,
    *SIGN_RULES,
    *PENALTY_RULES,
    *PROJECT_RULES,
    *PENALTY_CASE_RULES,
    receipt_rule(
        code="inquiry_submitted_owner",
        event=InquirySubmitted,
        template="notify.inquiry.submitted",
        when="not_from_chat",
    ),
    work_rule(
        code="inquiry_submitted_clerks",
        event=InquirySubmitted,
        audience=INQUIRY_CLERKS,
        template="notify.staff.inquiry_submitted",
    ),
    work_rule(
        code="inquiry_continued_clerks",
        event=InquiryContinued,
        audience=INQUIRY_CLERKS,
        template="notify.staff.inquiry_continued",
    ),
    result_rule(code="inquiry_answered_owner", event=InquiryAnswered, template="notify.inquiry.answered"),
    progress_rule(
        code="inquiry_closed_owner",
        event=InquiryClosed,
        template="notify.inquiry.closed",
        when="not_by_the_citizen",
    ),
    danger_rule(
        code="danger_paged_duty",
        event=DangerPaged,
        audience=DUTY_OFFICERS,
        template="notify.staff.danger",
        when="with_phone",
    ),
    danger_rule(
        code="danger_paged_duty_no_phone",
        event=DangerPaged,
        audience=DUTY_OFFICERS,
        template="notify.staff.danger_no_phone",
        when="without_phone",
    ),
    danger_rule(
        code="danger_paged_heads",
        event=DangerPaged,
        audience=HEADS,
        template="notify.staff.danger",
        when="heads_with_phone",
    ),
    danger_rule(
        code="danger_paged_heads_no_phone",
        event=DangerPaged,
        audience=HEADS,
        template="notify.staff.danger_no_phone",
        when="heads_without_phone",
    ),
    danger_rule(
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
    danger_rule(
        code="danger_acknowledged_duty",
        event=DangerAcknowledged,
        audience=DUTY_OFFICERS,
        template="notify.staff.danger_acknowledged",
    ),
    work_rule(
        code="danger_overdue_assignee",
        event=DangerOverdue,
        audience=ASSIGNEE,
        template="notify.staff.danger_overdue",
    ),
    work_rule(
        code="danger_overdue_heads",
        event=DangerOverdue,
        audience=HEADS,
        template="notify.staff.danger_overdue",
    ),
    danger_rule(
        code="page_reached_nobody_dispatchers",
        event=PageReachedNobody,
        audience=DISPATCHERS,
        template="notify.staff.danger_unreached",
    ),
    danger_rule(
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
    deadline_rule(
        code="deadline_half_assignee",
        audience=ASSIGNEE,
        template="notify.staff.deadline_half",
        when="half_somebody",
        bundle=Bundle.MORNING,
    ),
    deadline_rule(
        code="deadline_half_dispatchers",
        audience=DISPATCHERS,
        template="notify.staff.deadline_half",
        when="half_nobody",
        bundle=Bundle.HOURLY,
    ),
    deadline_rule(
        code="deadline_most_assignee",
        audience=ASSIGNEE,
        template="notify.staff.deadline_most",
        when="most_somebody",
        page=True,
    ),
    deadline_rule(
        code="deadline_most_dispatchers",
        audience=DISPATCHERS,
        template="notify.staff.deadline_most",
        when="most_nobody",
        page=True,
    ),
    due_rule(code="deadline_due_assignee", audience=ASSIGNEE, when="due_somebody"),
    due_rule(code="deadline_due_dispatchers", audience=DISPATCHERS, when="due_nobody"),
    deadline_rule(
        code="deadline_due_unit_heads",
        audience=UNIT_HEADS,
        template="notify.staff.deadline_due",
        when="due",
        page=True,
    ),
    deadline_rule(
        code="deadline_overdue_heads",
        audience=HEADS,
        template="notify.staff.deadline_overdue",
        when="overdue",
        lane=Lane.URGENT,
        page=True,
    ),
    deadline_rule(
        code="deadline_overdue_dispatchers",
        audience=DISPATCHERS,
        template="notify.staff.deadline_overdue",
        when="overdue",
        lane=Lane.URGENT,
        page=True,
    ),
    deadline_rule(
        code="deadline_overdue_assignee",
        audience=ASSIGNEE,
        template="notify.staff.deadline_overdue",
        when="overdue",
    ),
    account_rule(code="account_linked_owner", event=AccountLinked, template="notify.account_linked"),
    account_rule(code="staff_unbound_owner", event=StaffUnbound, template="notify.staff_unbound"),
    work_rule(
        code="staff_granted_keepers",
        event=StaffGranted,
        audience=KEEPERS,
        template="notify.staff.granted",
        must=True,
    ),
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
    ApplicationReckoned: "the new end stands on the application, and its alarms are planned anew",
    ApplicationRated: "the score stands on the application and in the figures; the service platform hears of it",
    penalty_cases.PenaltyIssued: "its officers have the paper in their hands and deliver it",
    penalty_cases.PenaltyDemandMade: "its officers have the letter in their hands and deliver it",
    penalty_cases.PenaltyHearingRecorded: "the record stands on the case; whoever wrote it drafts the decision next",
    penalty_cases.PenaltyReviewed: "the heads have the draft before them already, and the review stands beside it",
    penalty_cases.PenaltyReckoned: "the new end stands on the case, and its alarms are planned anew",
    SurveyWantedAgain: "the next survey's date tells the applicant",
    SignRegistered: "the filing or approval it came of has a notice of its own, which leads to the code",
    SignChecked: "the page has thanked its holder",
    SignCorrected: "a slip of the pen put right; the chain says whose",
    PermitFound: "what was found stands on the permit; a notice to put right is a case of its own",
    WorkOrderAccepted: "it stands on the order; whoever issued it waits for what comes back",
    WorkOrderVerified: "it stands on the order, and nothing is left to do",
    EnterpriseVisitCheckedIn: "those who checked in stand before the page; the year's number is public",
    EnterpriseVisitTurnedAway: "the officer reads why at once, and it stands among the visits",
    DangerRaised: "`danger.paged` follows within seconds and calls",
    DangerAddedTo: "`danger.passed_on` or the next page tells it, not every message",
    DangerEnded: "how it went stands on the alert; a complaint gets an answer of its own",
}
"""Events about which nobody is told, each with the reason why not."""

EARLIER: tuple[str, ...] = ("notify.complaint.rated",)
"""Templates of earlier releases. Rows with them are still shown, and some wait: their words stay."""
