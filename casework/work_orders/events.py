"""What has happened to a work order, told to its contractor and to whoever handles the case.

An event goes to a contractor too: it carries nothing of the case but its category, not even its number.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from casework.case_event import CaseEvent


class WorkOrderEvent(CaseEvent, frozen=True, kw_only=True, omit_defaults=True):
    """What all of them carry. `unit` and `assignee_id` are whose case it is about."""

    order_id: UUID
    reference: str
    contractor_id: UUID
    category_name: str = ""
    unit: str | None = None
    assignee_id: UUID | None = None

    @property
    def case_id(self) -> UUID | None:
        return self.order_id


class WorkOrderIssued(WorkOrderEvent, frozen=True, kw_only=True, omit_defaults=True):
    """A contractor has something to do."""

    name: ClassVar[str] = "work_order.issued"
    due_at: datetime | None = None


class WorkOrderAccepted(WorkOrderEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The contractor takes it on."""

    name: ClassVar[str] = "work_order.accepted"


class WorkOrderDeclined(WorkOrderEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The contractor does not do it, or has left. Why is on the order."""

    name: ClassVar[str] = "work_order.declined"


class WorkOrderDone(WorkOrderEvent, frozen=True, kw_only=True, omit_defaults=True):
    """The contractor says it is done; somebody of the bureau looks by `due_at`."""

    name: ClassVar[str] = "work_order.done"
    due_at: datetime | None = None


class WorkOrderVerified(WorkOrderEvent, frozen=True, kw_only=True, omit_defaults=True):
    """It is done indeed."""

    name: ClassVar[str] = "work_order.verified"


class WorkOrderSentBack(WorkOrderEvent, frozen=True, kw_only=True, omit_defaults=True):
    """It is not done: the contractor goes on, with as much time as at first. Why is on the order."""

    name: ClassVar[str] = "work_order.sent_back"
    due_at: datetime | None = None


class WorkOrderCancelled(WorkOrderEvent, frozen=True, kw_only=True, omit_defaults=True):
    """It need not be done any more."""

    name: ClassVar[str] = "work_order.cancelled"


EVENTS: tuple[type[WorkOrderEvent], ...] = (
    WorkOrderIssued,
    WorkOrderAccepted,
    WorkOrderDeclined,
    WorkOrderDone,
    WorkOrderVerified,
    WorkOrderSentBack,
    WorkOrderCancelled,
)
