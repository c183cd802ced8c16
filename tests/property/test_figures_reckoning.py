"""Figures from packed blocks are the figures of a plain loop over all cases; published ones are those of their rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from casework.figures.anonymous import GROUPS, OTHER, anonymous_rows, public_figures
from casework.figures.blocks import CELLS, DIMENSIONS, FigureRow, pack, unpack_cells, unpack_runs
from casework.figures.quantiles import quantile
from casework.figures.reckoning import Asked, Month, Report, report
from casework.figures.sheet import read, written
from casework.figures.standing import SELF_FOUND, Standing
from tests import read_once

CATALOGUE = read_once.catalogue()
minutes = st.none() | st.integers(0, 40) | st.integers(60_000, 70_000)
rows = st.builds(
    FigureRow,
    unit=st.sampled_from(("", "street", "night")),
    category=st.sampled_from(("", "vending", "noise")),
    area=st.sampled_from(("", "lake", "hill")),
    source=st.sampled_from(("wechat", "phone", "patrol")),
    standing=st.sampled_from((Standing.COUNTED.value,) * 6 + tuple(one.value for one in Standing)),
    answer_minutes=minutes,
    close_minutes=minutes,
    in_time=st.sampled_from((None, 0, 1)),
    rating=st.sampled_from((None, 1, 2, 3)),
    times_handed_back=st.integers(0, 2),
)
months = st.lists(st.lists(rows, max_size=40), min_size=1, max_size=3)
filters = st.dictionaries(
    st.sampled_from(DIMENSIONS),
    st.frozensets(st.sampled_from(("", "street", "vending", "lake", "wechat", "patrol")), max_size=3),
    max_size=2,
)


def nearest_rank(values: Sequence[int], percent: int) -> int | None:
    ordered = sorted(values)
    return ordered[-(-len(ordered) * percent // 100) - 1] if ordered else None


def read_back(asked: Asked, blocks: Sequence[dict[str, tuple[bytes, bytes]]]) -> Report:
    """By way of the bytes that are stored, as the reader takes them."""
    main = next((name for name in ("source", "unit", "category", "area") if name in asked.codes), None)
    found = []
    for number, block in enumerate(blocks):
        runs = {}
        for name in DIMENSIONS if main is None else (main,):
            runs_of, cells_of = block[name]
            wanted = asked.codes[name].__contains__ if name == main else lambda code: True
            cells = None if main is None else cells_of
            runs[name] = (unpack_runs(0, runs_of, cells, wanted), unpack_runs(1, runs_of, cells, wanted))
        ours = [unpack_runs(measure, *block["source"], SELF_FOUND.__contains__) for measure in (0, 1)]
        narrowed = main not in (None, "source")
        found.append(
            Month(
                month=number + 1,
                cells=unpack_cells(block[CELLS][0]),
                runs=runs,
                found=(ours[0], ours[1]) if narrowed else ([], []),
            )
        )
    return report(asked, found, main)


@given(st.lists(st.lists(st.integers(0, 100)), max_size=5), st.integers(1, 100))
def test_a_quantile_over_runs_is_that_of_all_values_together(runs: list[list[int]], percent: int) -> None:
    values = [value for run in runs for value in run]
    assert quantile([sorted(run) for run in runs], percent) == nearest_rank(values, percent)


@given(months, filters)
def test_a_report_is_what_a_plain_loop_over_the_cases_finds(
    filed: list[list[FigureRow]], codes: dict[str, frozenset[str]]
) -> None:
    asked = Asked(first_month=1, last_month=3, codes=codes)
    seen = read_back(asked, [pack(one) for one in filed])

    def fits(row: FigureRow) -> bool:
        return all(getattr(row, name) in wanted for name, wanted in codes.items())

    everything = [(str(number + 1), row) for number, month in enumerate(filed) for row in month if fits(row)]
    whole = [(month, row) for month, row in everything if "source" in codes or row.source not in SELF_FOUND]
    groups = {("", ""): [row for _, row in whole]}
    for name in DIMENSIONS:
        for _, row in everything if name == "source" else whole:
            groups.setdefault((name, getattr(row, name)), []).append(row)
    for month, row in whole:
        groups.setdefault(("month", month), []).append(row)
    lines = {("", ""): seen.whole} | {
        (name, line.code): line for name, found in seen.by.items() for line in found
    }
    assert {key for key, line in lines.items() if any(line.counts.values())} - {("", "")} == set(groups) - {
        ("", "")
    }
    for key, members in groups.items():
        line, counted = lines[key], [row for row in members if row.standing == Standing.COUNTED]
        assert line.counts["counted"] == len(counted)
        assert line.counts["refused"] == sum(row.standing == Standing.REFUSED for row in members)
        assert line.counts["in_time"] == sum(row.in_time == 1 for row in counted)
        assert line.counts["satisfied"] == sum((row.rating or 0) >= 2 for row in counted)
        answers = [row.answer_minutes for row in counted if row.answer_minutes is not None]
        closes = [row.close_minutes for row in counted if row.close_minutes is not None]
        assert (line.answer_median, line.answer_p90) == (
            nearest_rank(answers, 50),
            nearest_rank(answers, 90),
        )
        assert (line.close_median, line.close_p90) == (nearest_rank(closes, 50), nearest_rank(closes, 90))


@given(st.lists(rows, max_size=60), st.integers(2, 8))
def test_published_figures_come_out_of_the_published_file_again_and_rare_cases_are_not_named(
    filed: list[FigureRow], fewest: int
) -> None:
    published = anonymous_rows(filed, fewest)
    content = written(published, CATALOGUE)
    assert public_figures(read(content, CATALOGUE)) == public_figures(published)
    named = Counter(row[:3] for row in published if OTHER not in row[:3])
    assert all(count >= fewest for count in named.values())
    assert len(published) == sum(
        row.source not in SELF_FOUND and row.standing != Standing.IMPORTED for row in filed
    )
    assert published == sorted(published, key=lambda row: [-1 if one is None else one for one in row])
    assert set(public_figures(published).by) == set(GROUPS)
