"""When a running limit is told of: the bureau profile's section `deadlines`, and the moments that follow from it.

Time that runs while offices are open is halved in open hours, time that runs day and night by the clock on the wall.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from kit.calendar import WorkingCalendar
from kit.workflow import LimitUnit

Percent = Annotated[int, msgspec.Meta(ge=1, le=99)]
Minutes = Annotated[int, msgspec.Meta(ge=1, le=100_000)]
ClockName = Literal["complaint.accept", "complaint.answer", "inquiry.answer"]
WORKING: frozenset[LimitUnit] = frozenset({"working_days", "working_minutes"})
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Mark(StrEnum):
    """What part of a limit has passed, in the order in which it passes."""

    HALF = "half"
    MOST = "most"
    DUE = "due"
    OVERDUE = "overdue"


ORDER = {mark: place for place, mark in enumerate(Mark)}


class DeadlinesSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Section `deadlines`. The clocks in `off` sound no alarm."""

    half_percent: Percent = 50
    most_percent: Percent = 80
    overdue_after_working_minutes: Minutes = 420
    off: tuple[ClockName, ...] = ()

    def __post_init__(self) -> None:
        if self.half_percent >= self.most_percent:
            raise ValueError("deadlines 里 half_percent 要小于 most_percent")


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
