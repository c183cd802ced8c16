"""Who is told what about notices to put something right, as shipped; the whole table is `rules.SHIPPED`."""

from __future__ import annotations

from casework.notifications.rule_kinds import ASSIGNEE, result_rule, work_rule
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
)
