"""The book of numbers: which were given in a year, and whether one is missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

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


class VoidPaper(msgspec.Struct, frozen=True, kw_only=True):
    """A void paper as the public hears of it; `replaced_by` is the number of the one in its place, "" for none."""

    paper: str
    number: str
    voided_at: datetime
    replaced_by: str


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


async def successors(papers: Sequence[DocumentView]) -> dict[UUID, str]:
    """The numbers of those that were issued in the place of the void ones among these, by the void ones' ids."""
    void = [one.id for one in papers if one.voided_at is not None]
    rows = await IssuedDocument.filter(replaces_id__in=void).only("replaces_id", "number") if void else []
    return {one.replaces_id: one.number or "" for one in rows if one.replaces_id is not None}


async def void_numbered(number: str) -> VoidPaper | None:
    """What anybody may know of a void paper whose number they hold in hand; None for one that is not void."""
    row = await IssuedDocument.get_or_none(number=number, voided_at__isnull=False)
    if row is None or row.voided_at is None:
        return None
    successor = await IssuedDocument.get_or_none(replaces_id=row.id)
    return VoidPaper(
        paper=row.kind,
        number=number,
        voided_at=row.voided_at,
        replaced_by=(successor.number or "") if successor is not None else "",
    )


async def numbers_of(series: str, year: int, before: int | None = None) -> tuple[DocumentView, ...]:
    """Papers of a series from its newest number down, or from below `before`; at most ROWS."""
    found = IssuedDocument.filter(series=series, year=year)
    if before is not None:
        found = found.filter(serial__lt=before)
    return tuple(view_of(row) for row in await found.order_by("-serial").limit(ROWS))
