"""Deadlines reckoned in the three ways the law knows and in plain minutes, each with the arithmetic that led to it.

Working minutes run only while offices are open. Working days: the day on which the period begins does not
count, and it ends when offices close on the last day (Civil Code articles 201 and 203). Natural days: the
first day does not count either, the period ends with the last day, and if that is a day off it ends with the
next working day (article 203).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cached_property
from typing import Protocol

from kit.calendar.days import Day, HolidayTable
from kit.calendar.hours import WorkingHours
from kit.clock import SHANGHAI

_MINUTE = timedelta(minutes=1)
_ONE_DAY = timedelta(days=1)
_NOTHING = timedelta(0)
_MAX_DAYS = 3_660
_MAX_MINUTES = 1_000_000
# A span of a few minutes a day could stretch a deadline for ever; nobody means that.
_MAX_LOOK_DAYS = 36_600


@dataclass(frozen=True, slots=True)
class Step:
    """What one date added. `counted` is working time, `number` the ordinal of a counted day; None: nothing."""

    day: Day
    counted: timedelta = _NOTHING
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """`at` is the moment the time is up (UTC), `on` the local date people are told.

    `assumed_years` names years for which no table was known: reckon again once it is, and warn meanwhile.
    """

    at: datetime
    on: date
    steps: tuple[Step, ...]

    @property
    def assumed_years(self) -> frozenset[int]:
        """Years whose holidays were guessed from weekdays."""
        return frozenset(step.day.on.year for step in self.steps if step.day.assumed)


@dataclass(frozen=True, slots=True)
class CalendarWarning:
    """Something a person has to see to; `key` is a catalogue key that takes `year`."""

    key: str
    year: int


class AnyLimit(Protocol):
    """What `due` needs of a limit: `kit.workflow.Limit` has it."""

    @property
    def unit(self) -> str: ...
    @property
    def amount(self) -> int: ...


_REMEMBERED_DAYS = 1_000


class WorkingCalendar:
    """Reckons with one table of days and one set of hours. Pure: it never asks what time it is."""

    def __init__(
        self, days: HolidayTable, hours: WorkingHours | None = None, zone: tzinfo = SHANGHAI
    ) -> None:
        self.days = days
        self.hours = hours if hours is not None else WorkingHours()
        self.zone = zone
        # Table and hours never change: what was reckoned for a date holds.
        self._opened: dict[date, tuple[tuple[datetime, datetime], ...]] = {}

    @cached_property
    def fingerprint(self) -> str:
        """16 characters that change when any day or the office hours change: stored with a deadline, they tell which
        ones to reckon again.
        """
        said = f"{self.days.fingerprint} {self.hours} {self.zone}"
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    def is_working_day(self, on: date) -> bool:
        """Whether offices are open at all on this date."""
        return self.days.day(on).is_working

    def is_working_moment(self, at: datetime) -> bool:
        """Whether offices are open at this moment; the closing moment itself is not counted."""
        return any(opens <= at < closes for opens, closes in self._open(self._local(at).date()))

    def due(self, limit: AnyLimit, start_at: datetime) -> Deadline:
        """When a lifecycle's limit, begun at `start_at`, is up."""
        match limit.unit:
            case "working_minutes":
                return self.add_working_minutes(start_at, limit.amount)
            case "working_days":
                return self.add_working_days(start_at, limit.amount)
            case "natural_days":
                return self.add_natural_days(start_at, limit.amount)
            case "natural_minutes":
                return self.add_natural_minutes(start_at, limit.amount)
        raise ValueError(f"a limit cannot be counted in {limit.unit!r}")

    def add_working_minutes(self, start_at: datetime, minutes: int) -> Deadline:
        """The moment by which so many minutes of open offices have passed; 0 gives the first open moment."""
        _within(minutes, 0, _MAX_MINUTES)
        return self._add_working_time(start_at, minutes * _MINUTE)

    def part_of_working_time(self, start_at: datetime, end_at: datetime, percent: int) -> datetime:
        """The moment by which so many percent of the working time between two moments have passed (UTC)."""
        _within(percent, 0, 100)
        passed = self.working_time_between(start_at, end_at) * percent / 100
        # Where offices never opened in between, the first open moment lies behind the end.
        return min(self._add_working_time(start_at, passed).at, end_at)

    def _add_working_time(self, start_at: datetime, left: timedelta) -> Deadline:
        steps: list[Step] = []
        for day in self._days_from(self._local(start_at).date(), _ONE_DAY):
            counted = _NOTHING
            for opens, closes in self._open(day.on):
                begin = max(opens, start_at)
                if begin >= closes:
                    continue
                if begin + left <= closes:
                    steps.append(Step(day, counted + left))
                    return self._deadline(begin + left, day.on, steps)
                counted += closes - begin
                left -= closes - begin
            steps.append(Step(day, counted))
        raise AssertionError("unreachable: _days_from never ends quietly")

    def subtract_working_minutes(self, end_at: datetime, minutes: int) -> Deadline:
        """The latest moment from which so many working minutes remain until `end_at`; for early warnings."""
        _within(minutes, 0, _MAX_MINUTES)
        left = minutes * _MINUTE
        steps: list[Step] = []
        for day in self._days_from(self._local(end_at).date(), -_ONE_DAY):
            counted = _NOTHING
            for opens, closes in reversed(self._open(day.on)):
                finish = min(closes, end_at)
                if finish <= opens:
                    continue
                if finish - left >= opens:
                    steps.append(Step(day, counted + left))
                    return self._deadline(finish - left, day.on, steps)
                counted += finish - opens
                left -= finish - opens
            steps.append(Step(day, counted))
        raise AssertionError("unreachable: _days_from never ends quietly")

    def add_working_days(self, start_at: datetime, days: int) -> Deadline:
        """The closing time of the `days`-th working day after the date of `start_at`."""
        _within(days, 1, _MAX_DAYS)
        began_on = self._local(start_at).date()
        steps = [Step(self.days.day(began_on))]
        number = 0
        for day in self._days_from(began_on + _ONE_DAY, _ONE_DAY):
            if day.is_working:
                number += 1
            steps.append(Step(day, number=number if day.is_working else None))
            if number == days:
                return self._deadline(self._open(day.on)[-1][1], day.on, steps)
        raise AssertionError("unreachable: _days_from never ends quietly")

    def add_natural_minutes(self, start_at: datetime, minutes: int) -> Deadline:
        """So many minutes later, by day and night: for what cannot wait until offices open."""
        _within(minutes, 0, _MAX_MINUTES)
        at = start_at + minutes * _MINUTE
        return self._deadline(at, self._local(at).date(), [])

    def add_natural_days(self, start_at: datetime, days: int) -> Deadline:
        """The end (24:00) of the `days`-th day after the date of `start_at`, or of the next working day."""
        _within(days, 1, _MAX_DAYS)
        began_on = self._local(start_at).date()
        steps = [Step(self.days.day(began_on))]
        for number, day in enumerate(self._days_from(began_on + _ONE_DAY, _ONE_DAY), 1):
            steps.append(Step(day, number=number if number <= days else None))
            if number >= days and day.is_working:
                next_day = day.on + _ONE_DAY
                midnight = datetime(next_day.year, next_day.month, next_day.day, tzinfo=self.zone)
                return self._deadline(midnight, day.on, steps)
        raise AssertionError("unreachable: _days_from never ends quietly")

    def working_time_between(self, start_at: datetime, end_at: datetime) -> timedelta:
        """How long offices were open between two moments; negative if they are in the wrong order."""
        if end_at < start_at:
            return -self.working_time_between(end_at, start_at)
        total = _NOTHING
        last_on = self._local(end_at).date()
        for day in self._days_from(self._local(start_at).date(), _ONE_DAY):
            if day.on > last_on:
                break
            for opens, closes in self._open(day.on):
                total += max(min(closes, end_at) - max(opens, start_at), _NOTHING)
        return total

    def working_minutes_between(self, start_at: datetime, end_at: datetime) -> int:
        """Whole working minutes between two moments, rounded towards zero."""
        passed = self.working_time_between(start_at, end_at)
        return passed // _MINUTE if passed >= _NOTHING else -(-passed // _MINUTE)

    def working_days_between(self, first_on: date, last_on: date) -> int:
        """Working days after `first_on` up to and including `last_on`; negative if they are in the wrong order."""
        if last_on < first_on:
            return -self.working_days_between(last_on, first_on)
        days = (last_on - first_on).days
        return sum(self.is_working_day(first_on + timedelta(days=offset)) for offset in range(1, days + 1))

    def check(self, today: date) -> list[CalendarWarning]:
        """What has to be seen to: this year's table missing, or from December on next year's."""
        warnings = []
        if today.year not in self.days.years:
            warnings.append(CalendarWarning("calendar.warning.this_year_missing", today.year))
        if today.month == 12 and today.year + 1 not in self.days.years:
            warnings.append(CalendarWarning("calendar.warning.next_year_missing", today.year + 1))
        return warnings

    def _local(self, at: datetime) -> datetime:
        if at.tzinfo is None:
            raise ValueError("a deadline is reckoned from an aware datetime")
        return at.astimezone(self.zone)

    def _open(self, on: date) -> tuple[tuple[datetime, datetime], ...]:
        known = self._opened.get(on)
        if known is None:
            known = ()
            if self.days.day(on).is_working:
                moments = self.hours.moments_on(on, self.zone)
                known = tuple((opens.astimezone(UTC), closes.astimezone(UTC)) for opens, closes in moments)
            if len(self._opened) >= _REMEMBERED_DAYS:
                self._opened.clear()
            self._opened[on] = known
        return known

    def _days_from(self, on: date, step: timedelta) -> Iterator[Day]:
        for _ in range(_MAX_LOOK_DAYS):
            yield self.days.day(on)
            if not date.min < on < date.max:
                break
            on += step
        raise ValueError("the deadline lies too far away to be meant")

    def _deadline(self, at: datetime, on: date, steps: list[Step]) -> Deadline:
        return Deadline(at.astimezone(UTC), on, tuple(steps))


def _within(number: int, least: int, most: int) -> None:
    if not least <= number <= most:
        raise ValueError(f"a period of {number} is not between {least} and {most}")
