"""A month's rows for everybody: nothing that leads back to a case, and figures reckoned from exactly these rows. Pure.

A row says unit, category, area, whether it counts, in time or not, two lengths in working minutes, rating, handed back:
no number, no day, no source. Where fewer than `fewest` cases share unit, category and area, the area goes first, then
the category, then the unit. Rows stand in the order of what they say, so that their order says nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from casework.figures.blocks import SATISFIED_FROM, FigureRow
from casework.figures.quantiles import MEDIAN, NINETIETH, quantile
from casework.figures.standing import SELF_FOUND, Standing

OTHER = "*"
"""Stands for a unit, category or area that is not named, because too few cases are of it."""
PUBLIC_STANDINGS = (Standing.COUNTED, Standing.REFUSED, Standing.WITHDRAWN, Standing.MERGED, Standing.SPLIT)
GROUPS = ("unit", "category", "area")


class PublicRow(NamedTuple):
    """One case as it is published. Codes are "" where there is none and `OTHER` where it is not named."""

    unit: str
    category: str
    area: str
    standing: str
    in_time: int | None
    answer_minutes: int | None
    close_minutes: int | None
    rating: int | None
    handed_back: int


class PublicLine(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one group of rows; times in working minutes by nearest rank."""

    code: str
    filed: int
    counted: int
    judged: int
    in_time: int
    rated: int
    satisfied: int
    handed_back: int
    answer_median: int | None
    answer_p90: int | None
    close_median: int | None
    close_p90: int | None


class PublicFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a month: of all rows, and by unit, category and area, most cases first."""

    whole: PublicLine
    by: Mapping[str, tuple[PublicLine, ...]]


def anonymous_rows(rows: Iterable[FigureRow], fewest: int) -> list[PublicRow]:
    """What is published of these figures. What the bureau found itself or took over from elsewhere is not."""
    public = [
        PublicRow(
            row.unit,
            row.category,
            row.area,
            row.standing,
            row.in_time,
            row.answer_minutes,
            row.close_minutes,
            row.rating,
            int(row.times_handed_back > 0) if row.standing == Standing.COUNTED else 0,
        )
        for row in rows
        if row.source not in SELF_FOUND and row.standing in PUBLIC_STANDINGS
    ]
    for name in ("area", "category", "unit"):
        unnamed: dict[str, Any] = {name: OTHER}
        together = Counter(row[:3] for row in public)
        public = [row if together[row[:3]] >= fewest else row._replace(**unnamed) for row in public]
    return sorted(public, key=in_order)


def public_figures(rows: Iterable[PublicRow]) -> PublicFigures:
    """The figures of published rows: what the page shows, and what anybody reckons again."""
    rows = list(rows)
    by: dict[str, tuple[PublicLine, ...]] = {}
    for place, name in enumerate(GROUPS):
        groups: dict[str, list[PublicRow]] = defaultdict(list)
        for row in rows:
            groups[row[:3][place]].append(row)
        lines = (_line(code, some) for code, some in groups.items())
        by[name] = tuple(sorted(lines, key=lambda line: (line.code == OTHER, -line.counted, line.code)))
    return PublicFigures(whole=_line("", rows), by=by)


def _line(code: str, rows: Sequence[PublicRow]) -> PublicLine:
    counted = [row for row in rows if row.standing == Standing.COUNTED]
    answers = sorted(row.answer_minutes for row in counted if row.answer_minutes is not None)
    closes = sorted(row.close_minutes for row in counted if row.close_minutes is not None)
    rated = [row.rating for row in counted if row.rating is not None]
    return PublicLine(
        code=code,
        filed=len(rows),
        counted=len(counted),
        judged=sum(row.in_time is not None for row in counted),
        in_time=sum(row.in_time == 1 for row in counted),
        rated=len(rated),
        satisfied=sum(one >= SATISFIED_FROM for one in rated),
        handed_back=sum(row.handed_back for row in counted),
        answer_median=quantile([answers], MEDIAN),
        answer_p90=quantile([answers], NINETIETH),
        close_median=quantile([closes], MEDIAN),
        close_p90=quantile([closes], NINETIETH),
    )


def in_order(row: PublicRow) -> tuple[str | int, ...]:
    """By what a row says, nothing before something."""
    return tuple(-1 if value is None else value for value in row)
