"""Who is told what about visits to enterprises, as shipped; the whole table is `rules.SHIPPED`."""

from __future__ import annotations

from casework.notifications.rule_kinds import ASSIGNEE, called_rule, result_rule
from casework.notifications.shape import Rule
from casework.projects import events as projects

PROJECT_RULES: tuple[Rule, ...] = (
    called_rule(
        code="enterprise_visit_to_confirm_second",
        event=projects.EnterpriseVisitToConfirm,
        audience=ASSIGNEE,
        template="notify.staff.enterprise_visit_to_confirm",
    ),
    result_rule(
        code="enterprise_visit_ended_owner",
        event=projects.EnterpriseVisitEnded,
        template="notify.enterprise_visit.ended",
    ),
)
