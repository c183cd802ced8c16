"""Who is told what about penalty cases, as shipped; the whole table is `rules.SHIPPED`."""

from __future__ import annotations

from casework.deadlines.events import DeadlineReached
from casework.notifications.rule_kinds import (
    ASSIGNEE,
    HEADS,
    UNIT_HEADS,
    deadline_rule,
    progress_rule,
    result_rule,
    work_rule,
)
from casework.notifications.shape import Rule
from casework.penalties import case_events as cases

PENALTY_CASE_RULES: tuple[Rule, ...] = (
    result_rule(
        code="penalty_notified_owner",
        event=cases.PenaltyNotified,
        template="notify.penalty_case.notified",
    ),
    result_rule(
        code="penalty_answered_owner",
        event=cases.PenaltyAnswered,
        template="notify.penalty_case.answered",
    ),
    result_rule(
        code="penalty_hearing_owner",
        event=cases.PenaltyHearingAppointed,
        template="notify.penalty_case.hearing_appointed",
    ),
    result_rule(
        code="penalty_served_owner", event=cases.PenaltyServed, template="notify.penalty_case.served"
    ),
    progress_rule(code="penalty_paid_owner", event=cases.PenaltyPaid, template="notify.penalty_case.paid"),
    result_rule(
        code="penalty_late_fine_owner",
        event=cases.PenaltyLateFineOrdered,
        template="notify.penalty_case.late_fine_ordered",
    ),
    result_rule(
        code="penalty_demanded_owner",
        event=cases.PenaltyDemanded,
        template="notify.penalty_case.demanded",
    ),
    result_rule(
        code="penalty_demand_recalled_owner",
        event=cases.PenaltyDemandRecalled,
        template="notify.penalty_case.demand_recalled",
    ),
    result_rule(
        code="penalty_paper_void_owner",
        event=cases.PenaltyPaperVoided,
        template="notify.penalty_case.paper_voided",
    ),
    work_rule(
        code="penalty_paper_void_officer",
        event=cases.PenaltyPaperVoided,
        audience=ASSIGNEE,
        template="notify.staff.penalty_case_paper_voided",
    ),
    result_rule(code="penalty_ended_owner", event=cases.PenaltyEnded, template="notify.penalty_case.ended"),
    result_rule(
        code="penalty_payment_due_owner",
        event=DeadlineReached,
        template="notify.penalty_case.payment_due",
        when="penalty_pay_most",
    ),
    work_rule(
        code="penalty_stated_officer",
        event=cases.PenaltyStated,
        audience=ASSIGNEE,
        template="notify.staff.penalty_case_stated",
    ),
    work_rule(
        code="penalty_terms_unit_heads",
        event=cases.PenaltyTermsAsked,
        audience=UNIT_HEADS,
        template="notify.staff.penalty_case_terms",
    ),
    work_rule(
        code="penalty_proposed_unit_heads",
        event=cases.PenaltyProposed,
        audience=UNIT_HEADS,
        template="notify.staff.penalty_case_proposed",
    ),
    work_rule(
        code="penalty_sent_back_officer",
        event=cases.PenaltySentBack,
        audience=ASSIGNEE,
        template="notify.staff.penalty_case_sent_back",
    ),
    work_rule(
        code="penalty_decided_officer",
        event=cases.PenaltyDecided,
        audience=ASSIGNEE,
        template="notify.staff.penalty_case_decided",
    ),
    deadline_rule(
        code="penalty_most_officer",
        audience=ASSIGNEE,
        template="notify.staff.deadline_most",
        when="penalty_most",
        page=True,
    ),
    deadline_rule(
        code="penalty_due_officer",
        audience=ASSIGNEE,
        template="notify.staff.deadline_due",
        when="penalty_due",
        page=True,
    ),
    deadline_rule(
        code="penalty_overdue_unit_heads",
        audience=UNIT_HEADS,
        template="notify.staff.deadline_overdue",
        when="penalty_overdue",
        page=True,
    ),
    deadline_rule(
        code="penalty_overdue_heads",
        audience=HEADS,
        template="notify.staff.deadline_overdue",
        when="penalty_overdue",
    ),
)
