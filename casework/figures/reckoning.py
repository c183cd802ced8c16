"""Counts and quantiles of some months, by unit, category, area, source and month, from their blocks. Pure."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import call

import msgspec

from casework.figures.blocks import DIMENSIONS, Codes, Run, unpacked
from casework.figures.quantiles import MEDIAN, NINETIETH, quantile
from casework.figures.standing import SELF_FOUND

Values = Sequence[int]
SOURCE = DIMENSIONS.index("source")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases: months from and to (year * 100 + month), and the codes wanted of each dimension.

    A dimension that is not named is not narrowed; without sources what the bureau found itself is left out.
    """

    first_month: int
    last_month: int
    codes: Mapping[str, frozenset[str]] = {}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one group. Times are working minutes, None where nothing has ended; shares are None of nothing."""

    code: str
    counts: Mapping[str, int]
    answer_median: int | None
    answer_p90: int | None
    close_median: int | None
    close_p90: int | None

    def share(self, part: str, whole: str) -> float | None:
        """One count out of another."""
        return self.counts[part] / self.counts[whole] if self.counts[whole] else None

    @property
    def in_time(self) -> float | None:
        return self.share("in_time", "judged")

    @property
    def satisfied(self) -> float | None:
        return self.share("satisfied", "rated")

    @property
    def handed_back(self) -> float | None:
        return self.share("handed_back", "counted")


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """`by` has the lines of each dimension, most cases first, and those of `month` in order."""

    whole: Line
    by: Mapping[str, tuple[Line, ...]]


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """What was read of one month: its cells, and per dimension the runs of both measures.

    Where a dimension was narrowed the runs have their cells, `main` names the one they are taken from and `found`
    are those of what the bureau found itself.
    """

    month: int
    cells: Sequence[tuple[Codes, int]]
    runs: Mapping[str, tuple[list[Run], list[Run]]]
    found: tuple[list[Run], list[Run]] = ([], [])


Grouped = dict[tuple[str, str], tuple[list[Values], list[Values]]]
"""(dimension, code) to the runs of both measures; the whole is ("", "")."""


def report(asked: Asked, months: Iterable[Month], main: str | None) -> Report:
    """Everything the page shows. `main`: the narrowed dimension whose runs were read, None if none is."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    grouped: Grouped = defaultdict(lambda: ([], []))
    for one in months:
        _count(asked, one, sums)
        if main is None:
            _as_they_are(one, grouped)
        else:
            _split(asked, one, main, grouped)
    by = {
        dimension: tuple(
            _line(code, sums[dimension, code], grouped.get((dimension, code)))
            for of, code in sums
            if of == dimension
        )
        for dimension in (*DIMENSIONS, "month")
    }
    ordered = {
        name: tuple(sorted(lines, key=lambda line: (-line.counts["counted"], line.code)))
        for name, lines in by.items()
    }
    ordered["month"] = tuple(sorted(by["month"], key=lambda line: line.code))
    return Report(whole=_line("", sums["", ""], grouped.get(("", ""))), by=ordered)


def _line(code: str, packed: int, runs: tuple[list[Values], list[Values]] | None) -> Line:
    answers, closes = runs if runs is not None else ([], [])
    return Line(
        code=code,
        counts=unpacked(packed),
        answer_median=quantile(answers, MEDIAN),
        answer_p90=quantile(answers, NINETIETH),
        close_median=quantile(closes, MEDIAN),
        close_p90=quantile(closes, NINETIETH),
    )


def _fits(asked: Asked, codes: Codes, *, found_too: bool = False) -> bool:
    for place, dimension in enumerate(DIMENSIONS):
        wanted = asked.codes.get(dimension)
        if wanted is not None and codes[place] not in wanted:
            return False
    return found_too or "source" in asked.codes or codes[SOURCE] not in SELF_FOUND


def _count(asked: Asked, month: Month, sums: dict[tuple[str, str], int]) -> None:
    whole = 0
    for codes, packed in month.cells:
        if _fits(asked, codes):
            whole += packed
            for dimension, code in zip(DIMENSIONS, codes, strict=True):
                sums[dimension, code] += packed
        elif _fits(asked, codes, found_too=True):
            sums["source", codes[SOURCE]] += packed
    sums["month", str(month.month)] += whole
    sums["", ""] += whole


def _as_they_are(month: Month, grouped: Grouped) -> None:
    for dimension, measures in month.runs.items():
        for place, runs in enumerate(measures):
            for run in runs:
                grouped[dimension, run.code][place].append(run.values)
                if dimension == "unit":
                    grouped["", ""][place].append(run.values)
                    grouped["month", str(month.month)][place].append(run.values)


def _split(asked: Asked, month: Month, main: str, grouped: Grouped) -> None:
    cells = [codes for codes, _ in month.cells]
    fits = [_fits(asked, codes) for codes in cells]
    for measure, runs in enumerate(month.runs[main]):
        for place, dimension in enumerate(DIMENSIONS):
            keys = [codes[place] if fit else None for codes, fit in zip(cells, fits, strict=True)]
            # Narrowed by nothing else, the runs read are those wanted.
            as_they_are = dimension == main and len(asked.codes) == 1
            for run in runs:
                parts = {run.code: run.values} if as_they_are else _parts(run, keys)
                for code, values in parts.items():
                    grouped[dimension, code][measure].append(values)
                    if dimension == main:
                        grouped["", ""][measure].append(values)
                        grouped["month", str(month.month)][measure].append(values)
    if "source" not in asked.codes:
        keys = [codes[SOURCE] if _fits(asked, codes, found_too=True) else None for codes in cells]
        for measure, runs in enumerate(month.found):
            for run in runs:
                for code, values in _parts(run, keys).items():
                    grouped["source", code][measure].append(values)


def _parts(run: Run, keys: Sequence[str | None]) -> Mapping[str, Values]:
    """A run taken apart by the keys of its cells; what has no key is left out. Each part is still in order."""
    lists: dict[str, list[int]] = {}
    nowhere: deque[int] = deque(maxlen=0)
    put: list[Callable[[int], None]] = [
        nowhere.append if key is None else lists.setdefault(key, []).append for key in keys
    ]
    # Three loops in C: a million values take a tenth of a second.
    deque(map(call, map(put.__getitem__, run.cells), run.values), maxlen=0)
    return {key: values for key, values in lists.items() if values}
