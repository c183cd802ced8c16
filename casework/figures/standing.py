"""What one case counts for, on one screen. In words for everybody: docs/figures.md.

Time is working time from filing, in whole minutes: to the first answer, and for a closed case to its last one (the days
a citizen has to object are no work of the bureau's). In time means answered no later than the limit as it stood then,
put off and stood still; a case without an answer is late from the moment its limit has passed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from casework.complaints.lifecycle import CLOCKED_STATES, State
from casework.complaints.models import Complaint
from kit.calendar import WorkingCalendar

LONGEST_MINUTES = 2_000_000
"""Some fifteen years of office hours: no real case takes longer."""
SELF_FOUND = frozenset({"patrol", "volunteer"})
"""What the bureau's own rounds found and often closed on the spot: shown apart, or it would flatter every rate."""
IMPORTED = "import"


class Standing(StrEnum):
    """Whether a case counts for the rates, and why not. The first that fits."""

    IMPORTED = "imported"
    MERGED = "merged"
    SPLIT = "split"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    COUNTED = "counted"


@dataclass(frozen=True)
class Beside:
    """What stands beside the case's row: how often it was handed back, and whether others were split from it."""

    times_handed_back: int = 0
    has_parts: bool = False


def month_of(at: datetime, calendar: WorkingCalendar) -> int:
    """The local month of a moment, as year * 100 + month."""
    on = at.astimezone(calendar.zone).date()
    return on.year * 100 + on.month


def standing_of(row: Complaint, beside: Beside) -> Standing:
    """Whether the case counts. Of several that are one matter only one does."""
    if row.source == IMPORTED:
        return Standing.IMPORTED
    if row.state == State.MERGED or row.merged_into_id is not None:
        return Standing.MERGED
    if row.state == State.SPLIT or beside.has_parts:
        return Standing.SPLIT
    if row.state == State.WITHDRAWN:
        return Standing.WITHDRAWN
    return Standing.REFUSED if row.state == State.REFUSED else Standing.COUNTED


def figure_of(
    row: Complaint, beside: Beside, calendar: WorkingCalendar, now: datetime
) -> Mapping[str, object]:
    """The columns of a case's `CaseFigure`, but for `updated_at`."""
    standing = standing_of(row, beside)
    counts = standing is Standing.COUNTED
    is_closed = row.state in (State.CLOSED, State.ARCHIVED)
    first_at = row.first_answered_at or row.answered_at or (row.closed_at if is_closed else None)
    last_at = (row.answered_at or row.closed_at) if is_closed else None
    in_time, due_at = _in_time(row, first_at, now) if counts else (None, None)
    return {
        "complaint_id": row.id,
        "month": month_of(row.submitted_at, calendar),
        "submitted_on": row.submitted_at.astimezone(calendar.zone).date(),
        "standing": standing.value,
        "unit": row.unit,
        "category": row.category,
        "area": row.place_area,
        "source": row.source,
        "state": row.state,
        "answer_minutes": _minutes(row, first_at, calendar) if counts else None,
        "close_minutes": _minutes(row, last_at, calendar) if counts else None,
        "in_time": in_time,
        "due_at": due_at,
        "rating": row.rating if counts else None,
        "times_handed_back": min(beside.times_handed_back, 30_000),
        "times_disputed": min(row.times_disputed, 30_000),
    }


def _in_time(row: Complaint, first_at: datetime | None, now: datetime) -> tuple[int | None, datetime | None]:
    """1, 0 or None for open; with None from when on it is late, where that is known."""
    if first_at is not None:
        # Answered before limits were remembered: nobody can say.
        return (None if row.answer_due_at is None else int(first_at <= row.answer_due_at)), None
    if row.due_at is None or row.state not in CLOCKED_STATES:
        return None, None
    return (0, None) if row.due_at < now else (None, row.due_at)


def _minutes(row: Complaint, at: datetime | None, calendar: WorkingCalendar) -> int | None:
    if at is None:
        return None
    return max(0, min(calendar.working_minutes_between(row.submitted_at, at), LONGEST_MINUTES))
