"""The book of numbers: which were given in a year, and whether one is missing."""

from __future__ import annotations

import msgspec
from tortoise.functions import Count, Max

from casework.documents.models import DocumentSeries, IssuedDocument
from casework.documents.opening import DocumentView, view_of

ROWS = 50


class SeriesView(msgspec.Struct, frozen=True, kw_only=True):
    """A series in a year. `last` is its highest number, `gaps` how many below it carry no paper: always 0, unless rows
    were lost or altered outside the program.
    """

    series: str
    year: int
    last: int
    void: int
    gaps: int


async def years() -> tuple[int, ...]:
    """The years in which numbers were given, the newest first."""
    return tuple(sorted({one for (one,) in await DocumentSeries.all().values_list("year")}, reverse=True))


async def series_of(year: int) -> tuple[SeriesView, ...]:
    """Every series of a year, by name."""
    rows = (
        await IssuedDocument.filter(year=year)
        .annotate(count=Count("id"), void=Count("voided_at"), last=Max("serial"))
        .group_by("series")
        .order_by("series")
        .values("series", "count", "void", "last")
    )
    given = dict(await DocumentSeries.filter(year=year).values_list("series", "next_number"))
    return tuple(
        SeriesView(
            series=row["series"],
            year=year,
            last=(last := max(row["last"], given.get(row["series"], 1) - 1)),
            void=row["void"],
            gaps=last - row["count"],
        )
        for row in rows
    )


async def numbers_of(series: str, year: int, before: int | None = None) -> tuple[DocumentView, ...]:
    """Papers of a series from its newest number down, or from below `before`; at most ROWS."""
    found = IssuedDocument.filter(series=series, year=year)
    if before is not None:
        found = found.filter(serial__lt=before)
    return tuple(view_of(row) for row in await found.order_by("-serial").limit(ROWS))
