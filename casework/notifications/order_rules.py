"""Who is told what about a work order, as shipped; the whole table is `rules.SHIPPED`.

A contractor hears of orders in their hands, whoever handles the case of what comes back.
"""

from __future__ import annotations

from casework.notifications.rule_kinds import ASSIGNEE, CONTRACTOR, called_rule, deadline_rule
from casework.notifications.shape import Rule
from casework.work_orders.events import (
    WorkOrderCancelled,
    WorkOrderDeclined,
    WorkOrderDone,
    WorkOrderIssued,
    WorkOrderSentBack,
)

ORDER_RULES: tuple[Rule, ...] = (
    called_rule(
        code="work_order_issued_contractor",
        event=WorkOrderIssued,
        audience=CONTRACTOR,
        template="notify.staff.work_order_issued",
    ),
    called_rule(
        code="work_order_sent_back_contractor",
        event=WorkOrderSentBack,
        audience=CONTRACTOR,
        template="notify.staff.work_order_sent_back",
    ),
    called_rule(
        code="work_order_cancelled_contractor",
        event=WorkOrderCancelled,
        audience=CONTRACTOR,
        template="notify.staff.work_order_cancelled",
    ),
    called_rule(
        code="work_order_done_assignee",
        event=WorkOrderDone,
        audience=ASSIGNEE,
        template="notify.staff.work_order_done",
    ),
    called_rule(
        code="work_order_declined_assignee",
        event=WorkOrderDeclined,
        audience=ASSIGNEE,
        template="notify.staff.work_order_declined",
    ),
    deadline_rule(
        code="work_order_most_contractor",
        audience=CONTRACTOR,
        template="notify.staff.deadline_most",
        when="order_most",
        page=True,
    ),
    deadline_rule(
        code="work_order_due_contractor",
        audience=CONTRACTOR,
        template="notify.staff.deadline_due",
        when="order_due",
        page=True,
    ),
    deadline_rule(
        code="work_order_overdue_assignee",
        audience=ASSIGNEE,
        template="notify.staff.deadline_overdue",
        when="order_overdue",
        page=True,
    ),
    deadline_rule(
        code="work_order_verify_due_assignee",
        audience=ASSIGNEE,
        template="notify.staff.deadline_due",
        when="order_verify_due",
        page=True,
    ),
)
