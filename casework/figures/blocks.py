"""A month's cases as columns: how a year of a million cases is read within a second, exactly.

What is asked is always the same: counts, and the value below which so many percent lie, of all cases or of those of one
unit, category, area or source. So for each of these *dimensions* a month keeps its values in order within each code,
as packed integers: a *run*. A quantile over many runs is found by halving the range of values and counting by bisection
what lies below in each run; no value is copied, nothing is sorted. Counts stand in *cells*, one for each combination of
unit, category, area and source that occurs. A filter on a second dimension goes by the cell of each case.

A dimension but `source` leaves out what the bureau found itself (`SELF_FOUND`).
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import Literal, NamedTuple

import msgspec

from casework.figures.standing import SELF_FOUND, Standing

DIMENSIONS = ("unit", "category", "area", "source")
CELLS = "cells"
COUNTS = ("counted", "judged", "in_time", "rated", "satisfied", "handed_back", "answered", "closed", "refused",
          "withdrawn", "merged", "split", "imported")  # fmt: skip
"""What a cell counts, each in `WIDTH` bits of one number, so that adding cells is adding numbers."""
WIDTH = 32
_MASK = (1 << WIDTH) - 1
_CELL_BITS = 24
_CELL = (1 << _CELL_BITS) - 1
_ONE = {name: 1 << (WIDTH * place) for place, name in enumerate(COUNTS)}
SATISFIED_FROM = 2

Codes = tuple[str, str, str, str]
Kind = Literal["H", "I"]


class FigureRow(NamedTuple):
    """What a block needs of one case."""

    unit: str
    category: str
    area: str
    source: str
    standing: str
    answer_minutes: int | None
    close_minutes: int | None
    in_time: int | None
    rating: int | None
    times_handed_back: int

    @property
    def codes(self) -> Codes:
        return (self.unit, self.category, self.area, self.source)


class Cells(msgspec.Struct, array_like=True):
    """Every combination of codes that occurs, and its counts."""

    codes: list[Codes]
    counts: list[bytes]


class PackedRuns(msgspec.Struct, array_like=True):
    """Of one dimension: its codes, and for each measure where the run of each code ends, and the values.

    `kinds` are the type letters of the arrays (`H` or `I`).
    """

    codes: list[str]
    ends: list[list[int]]
    kinds: list[Kind]
    values: list[bytes]


class PackedCells(msgspec.Struct, array_like=True):
    """Beside the values of one dimension: the number of the cell that each is of, compressed."""

    kinds: list[Kind]
    cells: list[bytes]


class Run(NamedTuple):
    """Values in order, and the cells they are of; the latter empty unless they were asked for."""

    code: str
    values: Sequence[int]
    cells: Sequence[int]


def counts_of(row: FigureRow) -> int:
    """What one case adds to its cell, packed."""
    if row.standing != Standing.COUNTED:
        return _ONE[row.standing]
    packed = _ONE["counted"]
    for name, fits in (
        ("judged", row.in_time is not None),
        ("in_time", row.in_time == 1),
        ("rated", row.rating is not None),
        ("satisfied", row.rating is not None and row.rating >= SATISFIED_FROM),
        ("handed_back", row.times_handed_back > 0),
        ("answered", row.answer_minutes is not None),
        ("closed", row.close_minutes is not None),
    ):
        if fits:
            packed += _ONE[name]
    return packed


def unpacked(packed: int) -> dict[str, int]:
    """The counts by name."""
    return {name: packed >> (WIDTH * place) & _MASK for place, name in enumerate(COUNTS)}


def pack(rows: Iterable[FigureRow]) -> dict[str, tuple[bytes, bytes]]:
    """The blocks of a month by dimension (and `CELLS`): runs and cells of runs."""
    numbers: dict[Codes, int] = {}
    sums: list[int] = []
    # Value and cell as one number: those are sorted quickly.
    values: tuple[list[int], ...] = ([], [])
    for row in rows:
        number = numbers.setdefault(row.codes, len(numbers))
        if number == len(sums):
            sums.append(0)
        sums[number] += counts_of(row)
        for measure, value in enumerate((row.answer_minutes, row.close_minutes)):
            if value is not None and row.standing == Standing.COUNTED:
                values[measure].append(value << _CELL_BITS | number)
    codes = list(numbers)
    size = WIDTH // 8 * len(COUNTS)
    cells = Cells(codes, [one.to_bytes(size, "little") for one in sums])
    for ordered in values:
        ordered.sort()
    packed = {CELLS: (zlib.compress(msgspec.msgpack.encode(cells), 1), b"")}
    for place, dimension in enumerate(DIMENSIONS):
        packed[dimension] = _packed_runs(place, codes, values)
    return packed


def _packed_runs(place: int, codes: Sequence[Codes], values: Sequence[Sequence[int]]) -> tuple[bytes, bytes]:
    keeps = [place == 3 or one[3] not in SELF_FOUND for one in codes]
    names = sorted({one[place] for one, kept in zip(codes, keeps, strict=True) if kept})
    runs, cells = PackedRuns(names, [], [], []), PackedCells([], [])
    for ordered in values:
        lists: dict[str, list[int]] = {name: [] for name in names}
        nowhere: list[int] = []
        put = [
            (lists[one[place]] if kept else nowhere).append for one, kept in zip(codes, keeps, strict=True)
        ]
        for one in ordered:
            put[one & _CELL](one)
        ends, end = [], 0
        for name in names:
            end += len(lists[name])
            ends.append(end)
        runs.ends.append(ends)
        _add(runs.kinds, runs.values, [one >> _CELL_BITS for name in names for one in lists[name]])
        _add(cells.kinds, cells.cells, [one & _CELL for name in names for one in lists[name]])
    cells.cells = [zlib.compress(one, 1) for one in cells.cells]
    return msgspec.msgpack.encode(runs), msgspec.msgpack.encode(cells)


def _add(kinds: list[Kind], parts: list[bytes], numbers: list[int]) -> None:
    kind: Kind = "H" if max(numbers, default=0) < 1 << 16 else "I"
    kinds.append(kind)
    parts.append(array(kind, numbers).tobytes())


_cells = msgspec.msgpack.Decoder(Cells)
_runs = msgspec.msgpack.Decoder(PackedRuns)
_run_cells = msgspec.msgpack.Decoder(PackedCells)


def unpack_cells(stored: bytes) -> list[tuple[Codes, int]]:
    """Every cell with its packed counts."""
    cells = _cells.decode(zlib.decompress(stored))
    return [
        (codes, int.from_bytes(counts, "little"))
        for codes, counts in zip(cells.codes, cells.counts, strict=True)
    ]


def unpack_runs(
    measure: int, runs: bytes, run_cells: bytes | None, wanted: Callable[[str], bool]
) -> list[Run]:
    """The runs of one measure whose codes are wanted. `run_cells` None: without the cells."""
    packed = _runs.decode(runs)
    values = memoryview(packed.values[measure]).cast(packed.kinds[measure])
    cells: Sequence[int] = ()
    if run_cells is not None:
        beside = _run_cells.decode(run_cells)
        cells = memoryview(zlib.decompress(beside.cells[measure])).cast(beside.kinds[measure])
    found, begin = [], 0
    for code, end in zip(packed.codes, packed.ends[measure], strict=True):
        if end > begin and wanted(code):
            found.append(Run(code, values[begin:end], cells[begin:end] if cells else ()))
        begin = end
    return found
