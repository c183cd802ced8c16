"""Every event of the domain, for the relay and for the sweep that each is heard or declared silent."""

from __future__ import annotations

from casework.case_event import CaseEvent
from casework.complaints import events as complaints
from casework.dangers import events as dangers
from casework.deadlines import events as deadlines
from casework.inquiries import events as inquiries
from casework.notifications import events as notifications
from casework.penalties import case_events as penalty_cases
from casework.penalties import events as penalties
from casework.permits import events as permits
from casework.projects import events as projects
from casework.sign_filings import events as signs
from casework.work_orders import events as work_orders

EVENTS: tuple[type[CaseEvent], ...] = (
    *complaints.EVENTS,
    *inquiries.EVENTS,
    *dangers.EVENTS,
    *work_orders.EVENTS,
    *permits.EVENTS,
    *signs.EVENTS,
    *projects.EVENTS,
    *penalties.EVENTS,
    *penalty_cases.EVENTS,
    *deadlines.EVENTS,
    *notifications.EVENTS,
)
