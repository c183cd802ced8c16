"""Numbers of documents: without a gap in their series and year, also when transactions fail or run at once.

The series' row is locked until the transaction ends, so a number is given only together with the paper that carries it.
"""

from __future__ import annotations

import string
from dataclasses import dataclass

import msgspec

from casework.documents.models import DocumentSeries
from kit.db import Change

NAMES = frozenset({"short", "mark", "year", "seq"})


class Numbering(msgspec.Struct, frozen=True, kw_only=True):
    """`form` with {short}, {mark}, {year} and {seq} (`{seq:03d}`: at least three digits)."""

    form: str
    short: str
    mark: str

    def __post_init__(self) -> None:
        problem = fault(self.form)
        if problem is not None:
            raise ValueError(f"{problem}: {self.form}")

    def text(self, year: int, serial: int) -> str:
        """The number as printed."""
        return self.form.format(short=self.short, mark=self.mark, year=year, seq=serial)

    @property
    def series(self) -> str:
        """What is printed, with * for year and serial: two numbers that could read the same are of one series."""
        known = {None: "", "short": self.short, "mark": self.mark}
        parts = string.Formatter().parse(self.form)
        return "".join(before + known.get(name, "*") for before, name, _, _ in parts)[:60]


@dataclass(frozen=True)
class Number:
    """A number that was taken."""

    series: str
    year: int
    serial: int
    text: str


def fault(form: str) -> str | None:
    """What is wrong with a form: "braces", "unknown", "no_year", "no_seq"; None if it can be used."""
    try:
        names = {name for _, name, _, _ in string.Formatter().parse(form) if name is not None}
        form.format(short="", mark="", year=2026, seq=1)
    except (ValueError, IndexError):
        return "braces"
    except (KeyError, AttributeError):
        return "unknown"
    if not names <= NAMES:
        return "unknown"
    return next((f"no_{name}" for name in ("year", "seq") if name not in names), None)


async def take(change: Change, numbering: Numbering, year: int) -> Number:
    """The next number of the series in `year` (local); the series stays locked until the transaction ends."""
    series = numbering.series
    # Two that begin a year at once: the second waits here for the first, and then finds its row.
    fresh = DocumentSeries(id=change.ids.new(), series=series, year=year, next_number=1)
    await DocumentSeries.bulk_create([fresh], ignore_conflicts=True)
    query = DocumentSeries.filter(series=series, year=year)
    row = await (query.select_for_update() if change.is_postgres else query).get()
    serial = row.next_number
    await DocumentSeries.filter(id=row.id).update(next_number=serial + 1)
    return Number(series, year, serial, numbering.text(year, serial))
