"""Who is told what about signs, as shipped; the whole table is `rules.SHIPPED`."""

from __future__ import annotations

from casework.notifications.rule_kinds import APPROVERS, progress_rule, result_rule, work_rule
from casework.notifications.shape import Rule
from casework.sign_filings import events as signs

SIGN_RULES: tuple[Rule, ...] = (
    result_rule(code="sign_check_due_owner", event=signs.SignCheckDue, template="notify.sign.check_due"),
    result_rule(
        code="sign_check_missed_owner", event=signs.SignCheckMissed, template="notify.sign.check_missed"
    ),
    result_rule(code="sign_hazard_owner", event=signs.SignHazardReported, template="notify.sign.hazard"),
    progress_rule(code="sign_cleared_owner", event=signs.SignCleared, template="notify.sign.cleared"),
    result_rule(code="sign_ended_owner", event=signs.SignEnded, template="notify.sign.ended"),
    work_rule(
        code="sign_check_missed_approvers",
        event=signs.SignCheckMissed,
        audience=APPROVERS,
        template="notify.staff.sign_check_missed",
    ),
    work_rule(
        code="sign_unsafe_approvers",
        event=signs.SignFoundUnsafe,
        audience=APPROVERS,
        template="notify.staff.sign_unsafe",
    ),
    work_rule(
        code="sign_hazard_approvers",
        event=signs.SignHazardReported,
        audience=APPROVERS,
        template="notify.staff.sign_hazard",
    ),
)
