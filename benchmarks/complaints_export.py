"""`python -m benchmarks.complaints_export URL ROWS`: by how many MiB a process grows while it writes that many rows.

It has written a page of rows before, so that what only the first row takes is not counted. CSV and XLSX; the larger.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Callable
from itertools import chain
from pathlib import Path

from app.models import MODEL_MODULES
from casework.complaints.sight import Sight
from casework.figures.exporting import ExportedCase, exported
from casework.figures.reckoning import Asked
from kit.clock import SystemClock
from kit.db import Database
from kit.ids import Ids
from kit.sheets import Rows, csv_pieces, xlsx_pieces

ASKED = Asked(first_month=202501, last_month=202512)
EVERYTHING = Sight(units=None, new=True, own_ids=frozenset())


async def _write(rows: int, form: Callable[[Rows], AsyncIterator[bytes]]) -> int:
    """The length of the file in bytes."""
    return sum([len(piece) async for piece in form(_capped(rows))])


async def _capped(rows: int) -> AsyncIterator[list[ExportedCase]]:
    left = rows
    async for some in exported(ASKED, EVERYTHING):
        yield some[:left]
        left -= len(some)
        if left <= 0:
            return


def _peak_mb() -> float:
    # Not `ru_maxrss`: that of a new process begins with its parent's.
    found = re.search(r"^VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1024


async def main(url: str, rows: int) -> None:
    clock = SystemClock()
    db = await Database.open(url, MODEL_MODULES, clock, Ids(clock), b"k" * 32, process_wide=True)
    forms: tuple[Callable[[Rows], AsyncIterator[bytes]], ...] = (
        csv_pieces,
        lambda some: xlsx_pieces(some, "cases"),
    )
    try:
        for form in forms:
            await _write(1_000, form)
        before = _peak_mb()
        lengths = [await _write(rows, form) for form in forms]
        print(_peak_mb() - before)
        print("bytes", *chain(lengths), file=sys.stderr)
    finally:
        await db.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
