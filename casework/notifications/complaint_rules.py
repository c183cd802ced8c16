"""Who is told what about a complaint, as shipped; the whole table is `rules.SHIPPED`."""

from __future__ import annotations

from casework.complaints.events import (
    ComplaintAccepted,
    ComplaintAddedTo,
    ComplaintAnswered,
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
    ComplaintRedone,
    ComplaintReferred,
    ComplaintRefused,
    ComplaintReminded,
    ComplaintResumed,
    ComplaintSentBack,
    ComplaintSplit,
    ComplaintSubmitted,
    ComplaintSupervised,
    ComplaintUnmerged,
    ComplaintUpdated,
    ComplaintWithdrawn,
)
from casework.notifications.rule_kinds import (
    ASSIGNEE,
    DISPATCHERS,
    called_rule,
    progress_rule,
    receipt_rule,
    result_rule,
    work_rule,
)
from casework.notifications.shape import Rule

# A citizen's own dispute, withdrawal and rating are confirmed where they are made; only the bureau hears of them here.
COMPLAINT_RULES: tuple[Rule, ...] = (
    receipt_rule(
        code="complaint_submitted_owner",
        event=ComplaintSubmitted,
        template="notify.complaint.submitted",
        when="not_from_chat",
    ),
    work_rule(
        code="complaint_submitted_dispatchers",
        event=ComplaintSubmitted,
        audience=DISPATCHERS,
        template="notify.staff.complaint_submitted",
    ),
    progress_rule(
        code="complaint_accepted_owner", event=ComplaintAccepted, template="notify.complaint.accepted"
    ),
    result_rule(code="complaint_refused_owner", event=ComplaintRefused, template="notify.complaint.refused"),
    progress_rule(
        code="complaint_assigned_owner", event=ComplaintAssigned, template="notify.complaint.assigned"
    ),
    called_rule(
        code="complaint_assigned_assignee",
        event=ComplaintAssigned,
        audience=ASSIGNEE,
        template="notify.staff.complaint_assigned",
    ),
    work_rule(
        code="complaint_handed_back_dispatchers",
        event=ComplaintHandedBack,
        audience=DISPATCHERS,
        template="notify.staff.complaint_handed_back",
    ),
    called_rule(
        code="complaint_handed_over_assignee",
        event=ComplaintHandedOver,
        audience=ASSIGNEE,
        template="notify.staff.complaint_handed_over",
    ),
    result_rule(
        code="complaint_answered_owner",
        event=ComplaintAnswered,
        template="notify.complaint.answered",
        when="first_answer",
    ),
    result_rule(
        code="complaint_answered_again_owner",
        event=ComplaintAnswered,
        template="notify.complaint.answered_again",
        when="last_answer",
    ),
    work_rule(
        code="complaint_rated_assignee",
        event=ComplaintRated,
        audience=ASSIGNEE,
        template="notify.staff.complaint_rated_unsatisfied",
        when="unsatisfied",
    ),
    work_rule(
        code="complaint_disputed_dispatchers",
        event=ComplaintDisputed,
        audience=DISPATCHERS,
        template="notify.staff.complaint_disputed",
    ),
    progress_rule(
        code="complaint_closed_owner",
        event=ComplaintClosed,
        template="notify.complaint.closed",
        when="by_a_person",
    ),
    progress_rule(
        code="complaint_closed_by_clock_owner",
        event=ComplaintClosed,
        template="notify.complaint.closed_by_clock",
        when="by_the_clock",
    ),
    work_rule(
        code="complaint_added_to_assignee",
        event=ComplaintAddedTo,
        audience=ASSIGNEE,
        template="notify.staff.complaint_added_to",
        when="somebody_has_it",
    ),
    work_rule(
        code="complaint_added_to_dispatchers",
        event=ComplaintAddedTo,
        audience=DISPATCHERS,
        template="notify.staff.complaint_added_to",
        when="nobody_has_it_yet",
    ),
    progress_rule(
        code="complaint_updated_owner", event=ComplaintUpdated, template="notify.complaint.updated"
    ),
    work_rule(
        code="complaint_withdrawn_assignee",
        event=ComplaintWithdrawn,
        audience=ASSIGNEE,
        template="notify.staff.complaint_withdrawn",
    ),
    # The bureau cannot go on without the answer: this one is no news to be passed over.
    result_rule(code="complaint_asked_owner", event=ComplaintAsked, template="notify.complaint.asked"),
    result_rule(
        code="complaint_extended_owner", event=ComplaintExtended, template="notify.complaint.extended"
    ),
    progress_rule(
        code="complaint_referred_owner", event=ComplaintReferred, template="notify.complaint.referred"
    ),
    called_rule(
        code="complaint_referred_assignee",
        event=ComplaintReferred,
        audience=ASSIGNEE,
        template="notify.staff.complaint_referred",
    ),
    called_rule(
        code="complaint_resumed_assignee",
        event=ComplaintResumed,
        audience=ASSIGNEE,
        template="notify.staff.complaint_replied",
        when="citizen_replied",
    ),
    called_rule(
        code="complaint_supervised_assignee",
        event=ComplaintSupervised,
        audience=ASSIGNEE,
        template="notify.staff.complaint_supervised",
    ),
    called_rule(
        code="complaint_reminded_assignee",
        event=ComplaintReminded,
        audience=ASSIGNEE,
        template="notify.staff.complaint_reminded",
        when="somebody_was_reminded",
    ),
    work_rule(
        code="complaint_reminded_dispatchers",
        event=ComplaintReminded,
        audience=DISPATCHERS,
        template="notify.staff.complaint_reminded",
        when="nobody_was_reminded",
    ),
    work_rule(
        code="complaint_handled_dispatchers",
        event=ComplaintHandled,
        audience=DISPATCHERS,
        template="notify.staff.complaint_handled",
    ),
    called_rule(
        code="complaint_sent_back_assignee",
        event=ComplaintSentBack,
        audience=ASSIGNEE,
        template="notify.staff.complaint_sent_back",
    ),
    progress_rule(code="complaint_redone_owner", event=ComplaintRedone, template="notify.complaint.redone"),
    work_rule(
        code="complaint_redone_dispatchers",
        event=ComplaintRedone,
        audience=DISPATCHERS,
        template="notify.staff.complaint_redone",
    ),
    progress_rule(code="complaint_merged_owner", event=ComplaintMerged, template="notify.complaint.merged"),
    progress_rule(
        code="complaint_unmerged_owner", event=ComplaintUnmerged, template="notify.complaint.unmerged"
    ),
    work_rule(
        code="complaint_unmerged_dispatchers",
        event=ComplaintUnmerged,
        audience=DISPATCHERS,
        template="notify.staff.complaint_unmerged",
    ),
    progress_rule(code="complaint_split_owner", event=ComplaintSplit, template="notify.complaint.split"),
)
