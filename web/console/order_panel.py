"""What the page of a case says of its work orders, and the way to issue another."""

from __future__ import annotations

from casework.complaints.sight import acts_on
from casework.complaints.views import ComplaintDetail
from casework.permissions import PERMISSIONS, Operation
from casework.work_orders.issuing import ORDERED_IN
from casework.work_orders.queries import orders_of
from web.console.door import ConsoleDoor
from web.console.notice_pages import note_opened
from web.console.order_panel_screens import OrderPanel
from web.console.order_words import NEW, row_of
from web.console.visitor import Visitor


async def orders_panel(door: ConsoleDoor, visitor: Visitor, case: ComplaintDetail) -> OrderPanel | None:
    """None where there is nothing to say. Whoever reads it has read what was told about the orders."""
    if not visitor.may(Operation.SEE_ORDERS):
        return None
    found = await orders_of(door.orders, case.view.id)
    may_issue = may_order(visitor, case)
    if not found and not may_issue:
        return None
    for one in found:
        await note_opened(door, visitor, one.id)
    now = door.clock.now()
    return OrderPanel(
        rows=tuple(row_of(door, one, now, names_contractor=True) for one in found),
        issue=f"{NEW}/{case.view.reference}" if may_issue else "",
    )


def may_order(visitor: Visitor, case: ComplaintDetail) -> bool:
    """Whether this visitor may issue an order about the case as it stands."""
    by = PERMISSIONS[Operation.ISSUE_ORDERS]
    return (
        visitor.may(Operation.ISSUE_ORDERS)
        and case.view.state in ORDERED_IN
        and case.anonymised_at is None
        and acts_on(visitor.actor, by, case.unit, case.assignee_id)
    )
