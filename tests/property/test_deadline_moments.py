"""Marks of limits: in order, in office hours where the limit counts those, and where the percentages say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from casework.deadlines.marks import WORKING, Mark, moments, span
from casework.deadlines.profile import DeadlinesSection
from kit.calendar import HolidayTable, WorkingCalendar, WorkingHours
from kit.workflow import Limit

DAYS = HolidayTable.load()
CALENDARS = (
    WorkingCalendar(DAYS),
    # A night shift, and hours that change with the season.
    WorkingCalendar(DAYS, WorkingHours(((0, 120), (1320, 1440)), (("05-01", "09-30", ((480, 720),)),))),
)
calendars = st.sampled_from(CALENDARS)
starts = st.datetimes(datetime(2025, 1, 1), datetime(2027, 11, 30), timezones=st.just(UTC))  # noqa: DTZ001
limits = st.one_of(
    st.builds(lambda days: Limit(working_days=days, basis="x"), st.integers(1, 30)),
    st.builds(lambda minutes: Limit(working_minutes=minutes, basis="x"), st.integers(1, 5_000)),
    st.builds(lambda days: Limit(natural_days=days, basis="x"), st.integers(1, 30)),
    st.builds(lambda minutes: Limit(natural_minutes=minutes, basis="x"), st.integers(1, 50_000)),
)
sections = st.builds(
    lambda half, more, after: DeadlinesSection(
        half_percent=half, most_percent=min(99, half + more), overdue_after_working_minutes=after
    ),
    st.integers(1, 98),
    st.integers(1, 98),
    st.integers(1, 2_000),
)


@given(calendars, starts, limits, sections)
def test_marks_come_in_order_between_the_beginning_and_the_end(calendar, start, limit, section):
    due_at = calendar.due(limit, start).at
    at = moments(start, due_at, limit.unit, calendar, section)
    assert list(at) == list(Mark)
    assert start <= at[Mark.HALF] <= at[Mark.MOST] <= at[Mark.DUE] == due_at < at[Mark.OVERDUE]


@given(calendars, starts, limits, sections)
def test_limits_in_working_time_are_told_of_in_working_time(calendar, start, limit, section):
    due_at = calendar.due(limit, start).at
    at = moments(start, due_at, limit.unit, calendar, section)
    tick = timedelta(microseconds=1)
    for mark in (Mark.HALF, Mark.MOST) if limit.unit in WORKING else ():
        assert calendar.is_working_moment(at[mark]) or calendar.is_working_moment(at[mark] - tick)
    assert calendar.is_working_moment(at[Mark.OVERDUE] - tick)


@given(calendars, starts, limits, sections)
def test_so_much_of_the_time_has_passed_as_the_section_says(calendar, start, limit, section):
    due_at = calendar.due(limit, start).at
    at = moments(start, due_at, limit.unit, calendar, section)
    reckon = calendar.working_time_between if limit.unit in WORKING else lambda one, other: other - one
    for mark, percent in ((Mark.HALF, section.half_percent), (Mark.MOST, section.most_percent)):
        wanted = reckon(start, due_at) * percent / 100
        assert abs(reckon(start, at[mark]) - wanted) <= timedelta(microseconds=1)
    after = timedelta(minutes=section.overdue_after_working_minutes)
    assert calendar.working_time_between(due_at, at[Mark.OVERDUE]) == after


@given(calendars, starts, starts, st.integers(0, 100), st.integers(0, 100))
def test_parts_of_working_time_never_leave_the_period_nor_run_backwards(calendar, one, other, some, more):
    start, end = min(one, other), max(one, other)
    first = calendar.part_of_working_time(start, end, min(some, more))
    second = calendar.part_of_working_time(start, end, max(some, more))
    assert start <= first <= second <= end


@given(calendars, starts, starts, limits)
def test_how_long_there_is_is_never_nothing_and_the_same_either_way(calendar, one, other, limit):
    name, count = span(one, other, limit.unit, calendar)
    assert count >= 1
    assert (name, count) == span(other, one, limit.unit, calendar)
    assert name.startswith("working") == (limit.unit in WORKING)
