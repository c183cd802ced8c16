"""What the pages about postings show, already in words."""

from __future__ import annotations

from dataclasses import dataclass

from web.console.screens import Chip, Link, Note, Option


@dataclass(frozen=True, kw_only=True)
class PostBox:
    """One field of a form. `kind` "moment" is a day and a time; `more` is the name of the time's field."""

    name: str
    kind: str
    label: str
    typed: str = ""
    typed_more: str = ""
    wrong: str = ""
    help: str = ""
    optional: bool = False
    options: tuple[Option, ...] = ()
    suggests: tuple[Option, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DutyLine:
    """Somebody on duty. `away` says who stands in, or that the person has left."""

    href: str
    hours: str
    unit: str
    person: str
    note: str
    away: Chip | None


@dataclass(frozen=True, kw_only=True)
class DutyDay:
    """One day of the week; `kind` where it is no ordinary working day."""

    words: str
    kind: Chip | None
    is_today: bool
    rows: tuple[DutyLine, ...]


@dataclass(frozen=True, kw_only=True)
class PlaceLine:
    """Who is chief or grid officer of a place."""

    href: str
    place: str
    post: str
    unit: str
    person: str
    since: str
    away: Chip | None


@dataclass(frozen=True, kw_only=True)
class HolidayLine:
    """A holiday ahead and which units have nobody on duty on some day of it."""

    name: str
    days: str
    state: Chip
    missing: str


@dataclass(frozen=True, kw_only=True)
class FaultLine:
    """What is wrong with one line of a file."""

    line: str
    words: str


@dataclass(frozen=True, kw_only=True)
class PostingsPage:
    """Duty of a week, who looks after which place, holidays ahead, and the forms for who may fill them in."""

    tabs: tuple[Link, ...]
    notes: tuple[Note, ...]
    faults: tuple[FaultLine, ...]
    week: str
    earlier: str
    later: str
    this_week: str
    units: tuple[Option, ...]
    unit: str
    monday: str
    days: tuple[DutyDay, ...]
    places: tuple[PlaceLine, ...]
    holidays: tuple[HolidayLine, ...]
    boxes: tuple[PostBox, ...]
    list_wrong: str
    may_keep: bool


@dataclass(frozen=True, kw_only=True)
class PostingPage:
    """One posting. `action` is empty where it is only read or over."""

    title: str
    notes: tuple[Note, ...]
    facts: tuple[tuple[str, str], ...]
    boxes: tuple[PostBox, ...]
    action: str
    revoke: str
