"""Postings in words: a week of duty, places and who looks after them, holidays ahead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from casework.people.models import Staff, StaffDeputy
from casework.people.staff_rows import stands_in_on
from casework.routing.posting_queries import PostingView, on_duty_between
from kit.clock import SHANGHAI, local
from web.console.door import ConsoleDoor
from web.console.people_words import unit_name
from web.console.posting_screens import DutyDay, DutyLine, HolidayLine, PlaceLine
from web.console.routing_words import POSTINGS, post_words
from web.console.screens import Chip

DAY = timedelta(days=1)
AHEAD = 75
"""Days ahead that are looked through for holidays."""
NAMED_AT_MOST = 6
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def midnight(on: date) -> datetime:
    """The first moment of a local day."""
    return datetime.combine(on, time(), SHANGHAI)


async def stand_ins(ids: Iterable[UUID], on: date) -> dict[UUID, str]:
    """Who stands in for these people on a day, by name."""
    rows = await StaffDeputy.filter(stands_in_on(on), principal_id__in=list(set(ids)))
    names = {one.id: one.name for one in await Staff.filter(id__in=[row.deputy_id for row in rows])}
    return {row.principal_id: names.get(row.deputy_id, "") for row in rows}


async def week_of_duty(door: ConsoleDoor, monday: date, today: date, unit: str | None) -> tuple[DutyDay, ...]:
    """Seven days; who is on duty over midnight stands on the day it begins, and on the first day of the week."""
    rows = await on_duty_between(midnight(monday), midnight(monday + 7 * DAY), unit)
    away = await stand_ins((row.staff_id for row in rows), today)
    days = [monday + number * DAY for number in range(7)]
    return tuple(
        DutyDay(
            words=f"{on:%m-%d} {door.words.text(f'calendar.weekday.{WEEKDAYS[on.weekday()]}')}",
            kind=_kind(door, on),
            is_today=on == today,
            rows=tuple(
                _duty_line(door, row, away) for row in rows if max(local(row.begins_at).date(), monday) == on
            ),
        )
        for on in days
    )


def place_lines(
    door: ConsoleDoor, rows: Sequence[PostingView], away: Mapping[UUID, str], now: datetime
) -> Iterator[PlaceLine]:
    """Chiefs and grid officers, place by place."""
    for row in rows:
        yield PlaceLine(
            href=f"{POSTINGS}/{row.id}",
            place=row.area_name,
            post=post_words(door, row.post),
            unit=unit_name(door, row.unit) if row.unit else door.words.text("console_people.whole_bureau"),
            person=row.staff_name,
            since=span_words(door, row, now),
            away=_away(door, row, away),
        )


async def holiday_lines(door: ConsoleDoor, today: date) -> tuple[HolidayLine, ...]:
    """Holidays of the weeks to come, and what is missing on their duty lists."""
    holidays = tuple(_holidays(door, today))
    if not holidays:
        return ()
    rows = await on_duty_between(midnight(holidays[0][1]), midnight(holidays[-1][2] + DAY))
    return tuple(_holiday(door, name, first, last, rows) for name, first, last in holidays)


def span_words(door: ConsoleDoor, row: PostingView, now: datetime) -> str:
    """From when until when."""
    begins = door.words.moment(row.begins_at, now)
    if row.ends_at is None:
        return door.words.text("console_postings.since", begins=begins)
    return door.words.text("console_postings.span", begins=begins, ends=door.words.end(row.ends_at, now))


def _holidays(door: ConsoleDoor, today: date) -> Iterator[tuple[str, date, date]]:
    name, first, before = "", today, today
    for number in range(AHEAD + 1):
        day = door.desk.calendar.days.day(today + number * DAY)
        held = day.name if day.kind == "holiday" else ""
        if held != name:
            if name:
                yield name, first, before
            name, first = held, day.on
        before = day.on
    if name:
        yield name, first, before


def _holiday(
    door: ConsoleDoor, name: str, first: date, last: date, rows: Sequence[PostingView]
) -> HolidayLine:
    text = door.words.text
    missing = [
        unit.name
        for unit in door.desk.policy.units.values()
        if not _covers(first, last, [row for row in rows if row.unit == unit.code])
    ]
    units = len(door.desk.policy.units)
    named = "、".join(missing[:NAMED_AT_MOST])
    key = "all" if not missing else "none" if len(missing) == units else "some"
    return HolidayLine(
        name=name,
        days=f"{first:%m-%d}" if first == last else f"{first:%m-%d}—{last:%m-%d}",
        state=Chip(
            words=text(f"console_postings.holiday.{key}", count=units - len(missing), units=units),
            tone="good" if not missing else "soon",
        ),
        missing=text("console_postings.holiday.missing", units=named, count=len(missing)) if missing else "",
    )


def _covers(first: date, last: date, rows: Sequence[PostingView]) -> bool:
    """Whether somebody is on duty at some time of every day."""
    on = first
    while on <= last:
        begins, ends = midnight(on), midnight(on + DAY)
        if not any(row.begins_at < ends and (row.ends_at is None or row.ends_at > begins) for row in rows):
            return False
        on += DAY
    return True


def _duty_line(door: ConsoleDoor, row: PostingView, away: Mapping[UUID, str]) -> DutyLine:
    return DutyLine(
        href=f"{POSTINGS}/{row.id}",
        hours=_hours(door, row),
        unit=unit_name(door, row.unit or ""),
        person=row.staff_name,
        note=row.note,
        away=_away(door, row, away),
    )


def _hours(door: ConsoleDoor, row: PostingView) -> str:
    begins, ends = local(row.begins_at), local(row.ends_at or row.begins_at)
    if (begins.time(), ends.time()) == (time(), time()) and ends - begins == DAY:
        return door.words.text("console_postings.whole_day")
    shown = f"{ends:%H:%M}"
    if ends.date() > begins.date():
        key = "next_day" if ends.date() - begins.date() == DAY else "later_day"
        shown = door.words.text(f"console_postings.{key}", time=shown, day=f"{ends:%m-%d}")
    return f"{begins:%H:%M}—{shown}"


def _away(door: ConsoleDoor, row: PostingView, away: Mapping[UUID, str]) -> Chip | None:
    if row.has_left:
        return Chip(words=door.words.text("console_postings.has_left"), tone="late")
    name = away.get(row.staff_id)
    return (
        Chip(words=door.words.text("console_postings.stands_in", name=name), tone="brand") if name else None
    )


def _kind(door: ConsoleDoor, on: date) -> Chip | None:
    day = door.desk.calendar.days.day(on)
    if day.kind == "holiday":
        return Chip(words=day.name, tone="soon")
    if day.kind == "make_up_working_day":
        return Chip(words=door.words.text("console_postings.make_up"), tone="brand")
    return None
