"""From when a citizen may ask where their case stands: once a stated share of its limit is over, then once a working day.

Whoever has the case is told each time; asked a minute after filing, they could only say that they have just got it. Staff
may remind each other on any day.
"""

from __future__ import annotations

from datetime import datetime, time

from casework.complaints.lifecycle import COMPLAINT, State
from casework.complaints.models import Complaint
from casework.complaints.profile import ComplaintPolicy
from kit.calendar import WorkingCalendar

_SOURCES = COMPLAINT.find("remind").sources


def remind_from(row: Complaint, policy: ComplaintPolicy, calendar: WorkingCalendar) -> datetime | None:
    """The moment from which its citizen may remind of this case. None where it stands past all reminding, or waits for
    the citizen's own word.
    """
    if row.state not in _SOURCES or row.state == State.WAITING:
        return None
    from_at = row.limit_started_at
    if row.due_at is not None and row.due_at > from_at:
        from_at = calendar.part_of_working_time(from_at, row.due_at, policy.remind_after_percent)
    return max(from_at, _day_after(row.reminded_at, calendar)) if row.reminded_at is not None else from_at


def _day_after(at: datetime, calendar: WorkingCalendar) -> datetime:
    """The beginning of the working day after a moment."""
    on = calendar.add_working_days(at, 1).at.astimezone(calendar.zone).date()
    return datetime.combine(on, time(), calendar.zone)
