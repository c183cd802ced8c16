"""Who is told what about notices to put something right, as shipped; the whole table is `rules.SHIPPED`."""

from __future__ import annotations

from casework.deadlines.events import DeadlineReached
from casework.notifications.rule_kinds import ASSIGNEE, UNIT_HEADS, deadline_rule, result_rule, work_rule
from casework.notifications.shape import Rule
from casework.penalties import events as penalties

PENALTY_RULES: tuple[Rule, ...] = (
    result_rule(
        code="rectification_issued_owner",
        event=penalties.RectificationIssued,
        template="notify.rectification.issued",
    ),
    result_rule(
        code="rectification_sent_back_owner",
        event=penalties.RectificationSentBack,
        template="notify.rectification.sent_back",
    ),
    result_rule(
        code="rectification_ended_owner",
        event=penalties.RectificationEnded,
        template="notify.rectification.ended",
    ),
    work_rule(
        code="rectification_reported_officer",
        event=penalties.RectificationReported,
        audience=ASSIGNEE,
        template="notify.staff.rectification_reported",
    ),
    result_rule(
        code="rectification_due_soon_owner",
        event=DeadlineReached,
        template="notify.rectification.due_soon",
        when="rectify_most",
    ),
    deadline_rule(
        code="rectification_due_officer",
        audience=ASSIGNEE,
        template="notify.staff.rectification_due",
        when="rectify_due",
        page=True,
    ),
    deadline_rule(
        code="rectification_recheck_most_officer",
        audience=ASSIGNEE,
        template="notify.staff.deadline_most",
        when="recheck_most",
        page=True,
    ),
    deadline_rule(
        code="rectification_recheck_due_officer",
        audience=ASSIGNEE,
        template="notify.staff.deadline_due",
        when="recheck_due",
        page=True,
    ),
    deadline_rule(
        code="rectification_recheck_overdue_officer",
        audience=ASSIGNEE,
        template="notify.staff.deadline_overdue",
        when="recheck_overdue",
        page=True,
    ),
    deadline_rule(
        code="rectification_recheck_overdue_unit_heads",
        audience=UNIT_HEADS,
        template="notify.staff.deadline_overdue",
        when="recheck_overdue",
        page=True,
    ),
)
