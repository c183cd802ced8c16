"""Makes the blocks of months whose figures have changed: a step of the worker, and what it takes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

from tortoise.expressions import F

from casework.figures.blocks import FigureRow, pack
from casework.figures.models import CaseFigure, FigureBlock, FigureMonth
from kit.db import Change, Database

LARGE = 20_000
"""A month of more cases is made anew at most so often."""
EVERY = timedelta(minutes=1)
_COLUMNS = "unit, category, area, source, standing, answer_minutes, close_minutes, in_time, rating, times_handed_back"


async def build_changed(db: Database) -> int:
    """Make the blocks of months that have changed since theirs were made. Returns how many months were made."""
    stale = await FigureMonth.filter(built_revision__not=F("revision")).order_by("month")
    made = 0
    for one in stale:
        waits = one.cases > LARGE and one.built_at is not None and db.clock.now() < one.built_at + EVERY
        if not waits:
            await build_month(db, one.month)
            made += 1
    return made


async def build_month(db: Database, month: int) -> None:
    """Make the blocks of one month. Safe to repeat; of two at a time the one that read later stands."""
    # Read before the rows: what is written in between makes the blocks newer than they say, and they are made again.
    row = await FigureMonth.get(month=month)
    figures = await figure_rows(db, month)
    packed = await asyncio.to_thread(pack, figures)

    async def keep(change: Change) -> None:
        query = FigureMonth.filter(month=month)
        current = await (query.select_for_update() if change.is_postgres else query).first()
        if current is None or current.built_revision > row.revision:
            return
        await FigureBlock.filter(month=month).delete()
        await FigureBlock.bulk_create(
            [
                FigureBlock(id=change.ids.new(), month=month, dimension=dimension, runs=runs, run_cells=cells)
                for dimension, (runs, cells) in packed.items()
            ]
        )
        current.built_revision, current.built_at, current.cases = row.revision, change.now, len(figures)
        await current.save(update_fields=["built_revision", "built_at", "cases"])

    await db.change(keep, timeout_s=60)


async def figure_rows(db: Database, month: int) -> list[FigureRow]:
    """Every figure of a month, in no order. A code that is not there is ""."""
    sql = f"SELECT {_COLUMNS} FROM {CaseFigure._meta.db_table} WHERE month = {int(month)}"  # noqa: S608 - ours
    rows = await db.reading.execute_query_dict(sql)
    return list(_plain(rows))


def _plain(rows: list[dict[str, object]]) -> Iterator[FigureRow]:
    for row in rows:
        unit, category, area, *rest = row.values()
        yield FigureRow(unit or "", category or "", area or "", *rest)  # type: ignore[arg-type]
