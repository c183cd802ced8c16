"""The arithmetic of limits that stand still, are put off, and are reckoned again when a holiday is added."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from casework.complaints.lifecycle import State
from casework.complaints.limits import Pause, paused, reckon
from casework.complaints.models import Complaint
from kit.calendar import HolidayTable, WorkingCalendar
from kit.calendar.days import Day
from kit.rows import new_row
from kit.workflow import Limit
from tests.casework_setting import POLICY, calendar, person

CALENDAR = calendar()
BASIS = "complaints.limits.answer"
FIRST = datetime(2026, 1, 5, tzinfo=UTC)
moments = st.timedeltas(timedelta(0), timedelta(days=300)).map(lambda after: FIRST + after)
spans = st.timedeltas(timedelta(0), timedelta(days=9))
limits = st.sampled_from(
    [
        Limit(working_days=3, basis=BASIS),
        Limit(working_minutes=240, basis=BASIS),
        Limit(natural_days=6, basis=BASIS),
    ]
)


def case(started_at: datetime, extended_by: int | None = None, bound: datetime | None = None) -> Complaint:
    return new_row(
        Complaint,
        id=person(5),
        state=State.ASSIGNED.value,
        category="noise",
        limit_started_at=started_at,
        answer_started_at=started_at,
        extended_by=extended_by,
        external_due_at=bound,
    )


def due(row: Complaint, *pauses: Pause, calendar: WorkingCalendar = CALENDAR) -> datetime:
    found = reckon(row, pauses, POLICY, calendar)
    assert found is not None
    return found.due_at


@given(moments, spans, spans)
def test_standing_still_never_brings_the_end_nearer_and_nothing_is_counted_twice(
    at: datetime, before: timedelta, length: timedelta
) -> None:
    row = case(at)
    stop, on = at + before, at + before + length
    half = stop + length / 2
    whole = due(row, Pause(stop, on))
    assert whole >= due(row)
    assert due(row, Pause(stop, half), Pause(half, on)) == whole
    assert due(row, Pause(stop, stop)) == due(row)


@given(moments, spans, limits)
def test_a_pause_counts_in_the_unit_of_the_limit(at: datetime, length: timedelta, limit: Limit) -> None:
    pause = Pause(at, at + length)
    counted = paused(limit, pause, CALENDAR)
    assert counted >= 0
    if limit.unit == "working_minutes":
        assert counted == CALENDAR.working_minutes_between(at, at + length)
    else:
        assert counted <= length.days + 1
    assert paused(limit, Pause(at), CALENDAR) == 0


@given(moments, st.integers(1, 5), spans, spans)
def test_put_off_by_n_days_ends_n_working_days_later(
    at: datetime, amount: int, before: timedelta, length: timedelta
) -> None:
    pause = Pause(at + before, at + before + length)
    plain, put_off = (
        reckon(case(at), (pause,), POLICY, CALENDAR),
        reckon(case(at, amount), (pause,), POLICY, CALENDAR),
    )
    assert plain is not None
    assert put_off is not None
    assert CALENDAR.working_days_between(plain.deadline.on, put_off.deadline.on) == amount
    assert put_off.extended_by == amount
    assert plain.paused_for == put_off.paused_for


@given(moments, spans)
def test_another_platforms_deadline_binds_only_when_it_is_earlier(at: datetime, span: timedelta) -> None:
    bound = at + span
    assert due(case(at, bound=bound)) == min(due(case(at)), bound)


@given(moments, spans, spans, st.integers(0, 20))
def test_a_holiday_that_is_added_moves_the_end_by_whole_working_days_and_never_nearer(
    at: datetime, before: timedelta, length: timedelta, offset: int
) -> None:
    row, pause = case(at), Pause(at + before, at + before + length)
    day = (at + timedelta(days=offset)).date()
    richer = with_holiday(day)
    first, then = reckon(row, (pause,), POLICY, CALENDAR), reckon(row, (pause,), POLICY, richer)
    assert first is not None
    assert then is not None
    assert then.due_at >= first.due_at or then.paused_for < first.paused_for
    assert richer.is_working_day(then.deadline.on)


class OneMore(HolidayTable):
    """A table in which one more day is free."""

    def __init__(self, table: HolidayTable, free_on: date) -> None:
        self._table, self._free_on = table, free_on

    @property
    def fingerprint(self) -> str:
        return f"{self._table.fingerprint} {self._free_on}"

    def day(self, on: date) -> Day:
        return Day(on, "holiday", "加一天") if on == self._free_on else self._table.day(on)


def with_holiday(on: date) -> WorkingCalendar:
    return WorkingCalendar(OneMore(CALENDAR.days, on), CALENDAR.hours, CALENDAR.zone)
