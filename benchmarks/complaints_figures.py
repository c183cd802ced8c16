"""Figures of a year in which a million cases were filed, and how much memory a table of 100,000 of them takes.

The city's two years are folded into one: every case counts for the month it was filed in, of one and the same year.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import datetime, timedelta

from benchmarks.complaints_frame import Frame, times_ms
from benchmarks.report import Figure
from casework.figures.building import build_month
from casework.figures.models import CaseFigure, FigureBlock, FigureMonth
from casework.figures.queries import FigureReader
from casework.figures.reckoning import Asked
from kit.db import Change

ISSUE = "complaints"
YEAR = 202500
MONTHS = tuple(range(YEAR + 1, YEAR + 13))
OFFICE_SHARE = 0.29
"""Of all minutes those in which offices are open."""
ROWS = 100_000
ROUNDS = 5
DAYS, WINDOW_DAYS = 730, 15
"""Filled in portions: no statement may take longer than one of a page of ours."""

_SQL = """
INSERT INTO case_figure (complaint_id, month, submitted_on, standing, unit, category, area, source, state,
    answer_minutes, close_minutes, in_time, due_at, rating, times_handed_back, times_disputed, updated_at)
SELECT id, {year} + {month}, {day}, CASE state WHEN 'refused' THEN 'refused' WHEN 'withdrawn' THEN 'withdrawn'
    ELSE 'counted' END, unit, category, place_area, source, state, {answered}, {closed},
    CASE WHEN first_answered_at IS NULL THEN NULL WHEN first_answered_at <= answer_due_at THEN 1 ELSE 0 END, NULL,
    rating, 0, times_disputed, updated_at
FROM complaint"""


async def figures(frame: Frame) -> list[Figure]:
    """`figures_year_s`: everything on the page, the slowest of the ways to narrow it; `export_100k_rss_growth_mb`."""
    await _fill(frame)
    unit, category, area = await _busiest()
    slowest = 0.0
    for codes in ({}, {"unit": unit}, {"category": category}, {"area": area}):
        asked = Asked(
            first_month=MONTHS[0],
            last_month=MONTHS[-1],
            codes={name: frozenset({code}) for name, code in codes.items()},
        )
        reader = FigureReader(frame.core.db)

        async def read(_: int, reader: FigureReader = reader, asked: Asked = asked) -> None:
            seen = await reader.read(asked)
            assert seen.report.whole.counts["counted"] > 0

        taken = await times_ms(read, ROUNDS)
        slowest = max(slowest, taken[ROUNDS // 2])
    return [
        Figure(ISSUE, "figures_year_s", slowest / 1000, "s", 1.0),
        Figure(ISSUE, "export_100k_rss_growth_mb", await _growth(frame), "MiB", 30.0),
    ]


async def _fill(frame: Frame) -> None:
    """Figures of every case, reckoned by the database: working time as a share of all time is true enough here."""

    sql = _sql(frame.is_postgres)

    async def begin(change: Change) -> None:
        for kind in (FigureMonth, FigureBlock):
            await kind.all().delete()
        rows = [
            FigureMonth(
                id=change.ids.new(), month=month, revision=1, built_revision=0, built_at=None, cases=0
            )
            for month in MONTHS
        ]
        await FigureMonth.bulk_create(rows)

    await frame.core.db.change(begin, timeout_s=60)
    for number in range(-1, DAYS, WINDOW_DAYS):
        first, last = (frame.at - timedelta(days=DAYS - days) for days in (number, number + WINDOW_DAYS))

        async def fill(change: Change, first: datetime = first, last: datetime = last) -> None:
            within = f"submitted_at >= '{first}' AND submitted_at < '{last}'"
            await change.connection.execute_script(
                f"DELETE FROM case_figure WHERE complaint_id IN (SELECT id FROM complaint WHERE {within})"
            )
            await change.connection.execute_script(f"{sql} WHERE {within}")

        await frame.core.db.change(fill, timeout_s=60)
    for month in MONTHS:
        await build_month(frame.core.db, month)


def _sql(is_postgres: bool) -> str:
    if is_postgres:
        span = "CAST(extract(epoch FROM ({} - submitted_at)) / 60 * {} AS int)"
        month, day = "CAST(extract(month FROM submitted_at) AS int)", "submitted_at::date"
    else:
        span = "CAST((julianday({}) - julianday(submitted_at)) * 1440 * {} AS integer)"
        month, day = "CAST(strftime('%m', submitted_at) AS integer)", "date(submitted_at)"
    closed = "CASE WHEN state IN ('closed', 'archived') THEN answered_at END"
    return _SQL.format(
        year=YEAR,
        month=month,
        day=day,
        answered=span.format("first_answered_at", OFFICE_SHARE),
        closed=span.format(closed, OFFICE_SHARE),
    )


async def _busiest() -> tuple[str, str, str]:
    found = []
    for name in ("unit", "category", "area"):
        codes = await CaseFigure.filter(month=MONTHS[0]).limit(2_000).values_list(name, flat=True)
        named = [str(one) for one in codes if one]
        found.append(max(set(named), key=named.count))
    return found[0], found[1], found[2]


async def _growth(frame: Frame) -> float:
    """Measured in a process that does nothing else: the larger of both kinds of table."""
    command = [sys.executable, "-m", "benchmarks.complaints_export", frame.url, str(ROWS)]
    run = await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True, text=True)
    return float(run.stdout)
