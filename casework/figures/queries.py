"""Reading figures: the report that the console shows, for whoever may see which units."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import datetime

import msgspec

from casework.figures.blocks import CELLS, DIMENSIONS, unpack_cells, unpack_runs
from casework.figures.models import FigureMonth
from casework.figures.reckoning import Asked, Month, Report, report
from casework.figures.standing import SELF_FOUND
from kit.db import Database


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A report, and as of when the oldest part of it is."""

    report: Report
    as_of: datetime


class FigureReader:
    """Reads reports, one at a time: whoever asks for a year meanwhile waits, the processor belongs to the citizens."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._one = asyncio.Lock()

    async def read(self, asked: Asked) -> Seen:
        """The figures of these months. Exact as of `as_of`; a month that has none counts nothing."""
        main = next((name for name in ("source", "unit", "category", "area") if name in asked.codes), None)
        async with self._one:
            as_of = await _as_of(self._db, asked)
            stored = await _blocks(self._db, asked, main)
            found = await asyncio.to_thread(_reckon, asked, stored, main)
        return Seen(report=found, as_of=as_of)


def _reckon(
    asked: Asked, stored: dict[int, dict[str, tuple[bytes, bytes | None]]], main: str | None
) -> Report:
    return report(asked, [_month(asked, month, blocks, main) for month, blocks in stored.items()], main)


def _month(
    asked: Asked, month: int, blocks: dict[str, tuple[bytes, bytes | None]], main: str | None
) -> Month:
    cells = unpack_cells(blocks[CELLS][0])
    if main is None:
        runs = {
            name: (unpack_runs(0, *blocks[name], _anything), unpack_runs(1, *blocks[name], _anything))
            for name in DIMENSIONS
        }
        return Month(month=month, cells=cells, runs=runs)
    wanted = asked.codes[main].__contains__
    narrowed = (unpack_runs(0, *blocks[main], wanted), unpack_runs(1, *blocks[main], wanted))
    found: tuple[list, list] = ([], [])  # type: ignore[type-arg]
    if main != "source":
        ours = SELF_FOUND.__contains__
        found = (unpack_runs(0, *blocks["source"], ours), unpack_runs(1, *blocks["source"], ours))
    return Month(month=month, cells=cells, runs={main: narrowed}, found=found)


def _anything(code: str) -> bool:
    return True


async def _as_of(db: Database, asked: Asked) -> datetime:
    rows = await FigureMonth.filter(month__gte=asked.first_month, month__lte=asked.last_month)
    stale = [row.built_at for row in rows if row.revision != row.built_revision and row.built_at is not None]
    return min(stale, default=db.clock.now())


async def _blocks(
    db: Database, asked: Asked, main: str | None
) -> dict[int, dict[str, tuple[bytes, bytes | None]]]:
    wanted = (CELLS, *DIMENSIONS) if main is None else tuple({CELLS, main, "source"})
    stored: dict[int, dict[str, tuple[bytes, bytes | None]]] = {}
    # Only a narrowed dimension is taken apart by cells, which are as much again to read.
    columns = "runs" if main is None else "runs, run_cells"
    rows = await db.reading.execute_query_dict(_sql(columns, wanted, asked))
    for row in rows:
        cells = bytes(row["run_cells"]) if main is not None else None
        stored.setdefault(row["month"], {})[row["dimension"]] = (bytes(row["runs"]), cells)
    return dict(sorted(stored.items()))


def _sql(columns: str, dimensions: Collection[str], asked: Asked) -> str:
    names = ", ".join(f"'{one}'" for one in sorted(dimensions))
    return (
        f"SELECT month, dimension, {columns} FROM figure_block WHERE dimension IN ({names}) "  # noqa: S608 - ours
        f"AND month BETWEEN {int(asked.first_month)} AND {int(asked.last_month)}"
    )
