"""When a running limit is told of: its marks, and the moments at which they are reached.

Time that runs while offices are open is halved in open hours, time that runs day and night by the clock on the wall.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from casework.deadlines.profile import DeadlinesSection
from kit.calendar import WorkingCalendar
from kit.workflow import LimitUnit

WORKING: frozenset[LimitUnit] = frozenset({"working_days", "working_minutes"})
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Mark(StrEnum):
    """What part of a limit has passed, in the order in which it passes."""

    HALF = "half"
    MOST = "most"
    DUE = "due"
    OVERDUE = "overdue"


ORDER = {mark: place for place, mark in enumerate(Mark)}


def moments(
    started_at: datetime,
    due_at: datetime,
    unit: LimitUnit,
    calendar: WorkingCalendar,
    section: DeadlinesSection,
) -> Mapping[Mark, datetime]:
    """When each mark of a limit is reached, in order (UTC). `unit` is what the limit was given in."""

    def part(percent: int) -> datetime:
        if unit in WORKING:
            return calendar.part_of_working_time(started_at, due_at, percent)
        return started_at + (due_at - started_at) * percent / 100

    return {
        Mark.HALF: part(section.half_percent),
        Mark.MOST: part(section.most_percent),
        Mark.DUE: due_at,
        Mark.OVERDUE: calendar.add_working_minutes(due_at, section.overdue_after_working_minutes).at,
    }


def span(one: datetime, other: datetime, unit: LimitUnit, calendar: WorkingCalendar) -> tuple[str, int]:
    """How long it is from one moment to the other, either way: the name of a unit and how many, as people say it.

    The names are keys of the catalogue under `deadline.span`. Never 0: less than a minute is one.
    """
    first, last = min(one, other), max(one, other)
    if unit in WORKING:
        days = calendar.working_days_between(
            first.astimezone(calendar.zone).date(), last.astimezone(calendar.zone).date()
        )
        if days > 0:
            return "working_days", days
        time = calendar.working_time_between(first, last)
        return _hours(time, "working_hours", "working_minutes")
    if last - first >= 2 * DAY:
        return "days", (last - first) // DAY
    return _hours(last - first, "hours", "minutes")


def _hours(time: timedelta, hours: str, minutes: str) -> tuple[str, int]:
    if time >= HOUR:
        return hours, time // HOUR
    return minutes, max(1, time // timedelta(minutes=1))
