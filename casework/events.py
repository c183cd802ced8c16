"""Every event of the domain, for the relay and for the sweep that each is heard or declared silent."""

from __future__ import annotations

from casework.case_event import CaseEvent
from casework.complaints import events as complaints
from casework.dangers import events as dangers
from casework.deadlines import events as deadlines
from casework.inquiries import events as inquiries
from casework.notifications import events as notifications
from casework.work_orders import events as work_orders

EVENTS: tuple[type[CaseEvent], ...] = (
    *complaints.EVENTS,
    *inquiries.EVENTS,
    *dangers.EVENTS,
    *work_orders.EVENTS,
    *deadlines.EVENTS,
    *notifications.EVENTS,
)
