"""What becomes of orders without anybody's doing: their case is over or another unit's, or whoever had them has left."""

from __future__ import annotations

from uuid import UUID

from casework.actors import clock
from casework.case_event import CaseEvent
from casework.complaints.events import (
    ComplaintAssigned,
    ComplaintClosed,
    ComplaintEvent,
    ComplaintMerged,
    ComplaintRated,
    ComplaintReferred,
    ComplaintSplit,
    ComplaintWithdrawn,
)
from casework.work_orders.desk import OrderDesk
from casework.work_orders.events import WorkOrderCancelled, WorkOrderDeclined, WorkOrderEvent
from casework.work_orders.lifecycle import AT_WORK
from casework.work_orders.models import WorkOrder
from casework.work_orders.moving import OrderStep, locked, move_within
from kit.db import Change

OVER = (ComplaintClosed, ComplaintMerged, ComplaintSplit, ComplaintWithdrawn)


class OrderKeeper:
    """Hears every event in the relay's transaction. What was done already is still looked at, by the unit that has the
    case then.
    """

    def __init__(self, desk: OrderDesk) -> None:
        self._desk = desk

    async def __call__(self, change: Change, event_id: UUID, event: CaseEvent) -> None:
        if isinstance(event, ComplaintAssigned | ComplaintReferred):
            # Lists ask for the unit on the order's own row.
            await WorkOrder.filter(complaint_id=event.complaint_id).update(unit=event.unit)
        is_over = isinstance(event, OVER) or (isinstance(event, ComplaintRated) and event.closed)
        if is_over and isinstance(event, ComplaintEvent):
            await _end(self._desk, change, await _at_work(complaint_id=event.complaint_id), "cancel")


async def decline_all_of(desk: OrderDesk, change: Change, staff_id: UUID) -> tuple[str, ...]:
    """Give back what somebody who leaves has in hand; the references. Whoever handles the cases is told."""
    orders = await _at_work(contractor_id=staff_id)
    await _end(desk, change, orders, "decline")
    return tuple(one.reference for one in orders)


async def _at_work(**whose: UUID) -> list[WorkOrder]:
    states = [state.value for state in AT_WORK]
    return list(await WorkOrder.filter(state__in=states, **whose).order_by("complaint_id", "id"))


async def _end(desk: OrderDesk, change: Change, orders: list[WorkOrder], move: str) -> None:
    # Without a ground: pages say why in words of their own, since it was the clock.
    tell: type[WorkOrderEvent] = WorkOrderCancelled if move == "cancel" else WorkOrderDeclined
    for one in orders:
        case, order = await locked(change, one.id)
        if order.state in AT_WORK:
            await move_within(desk, change, clock(), case, order, OrderStep(move, tell))
