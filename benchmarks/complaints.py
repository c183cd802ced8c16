"""Casework at 1,000,000 complaints, on SQLite and on PostgreSQL; each figure is the worse of the two.

Each part is a function `figures(frame)` in a module of its own. It runs with an open core whose database is the one
of its Tortoise queries; see `complaints_frame.Frame` for what it may use. While a part is being written:

    python -m benchmarks.complaints --cases 100000 --folder FOLDER --only queues

makes the two databases once, keeps them in the folder and takes them up again as long as the schema is the same.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from pathlib import Path

from benchmarks import (
    complaints_figures,
    complaints_filing,
    complaints_heat,
    complaints_near,
    complaints_queues,
    complaints_routing,
)
from benchmarks.complaints_frame import CASES, ENGINES, Frame, run_on
from benchmarks.report import Figure, show

Part = Callable[[Frame], Awaitable[list[Figure]]]

PARTS: dict[str, Part] = {
    "queues": complaints_queues.figures,
    "filing": complaints_filing.figures,
    "figures": complaints_figures.figures,
    "heat": complaints_heat.figures,
    "routing": complaints_routing.figures,
    "near": complaints_near.figures,
}
"""Add a line for a part of your own: `"name": complaints_name.figures`."""


def worst(figures: Iterable[Figure]) -> list[Figure]:
    """One figure of each name: the one that is worse for its goal."""
    kept: dict[str, Figure] = {}
    for figure in figures:
        other = kept.get(figure.name)
        if other is None or (figure.value < other.value) == figure.at_least:
            kept[figure.name] = figure
    return list(kept.values())


def measured(parts: Sequence[Part], folder: Path, cases: int, engines: Sequence[str]) -> list[Figure]:
    """What the parts measure on each engine, all of it."""
    found: list[Figure] = []
    for engine in engines:
        figures = run_on(engine, folder, cases, parts)
        for figure in figures:
            print(f"{engine}: {figure.name} {figure.value:.3f} {figure.unit}", flush=True)
        found.extend(figures)
    return found


def measure() -> Iterator[Figure]:
    """Every part, on databases that are made for this run and gone after it."""
    with tempfile.TemporaryDirectory(prefix="cgc-") as folder:
        Path(folder).chmod(0o755)
        yield from worst(measured(tuple(PARTS.values()), Path(folder), CASES, ENGINES))


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.complaints", description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--folder", type=Path, required=True, help="databases are kept here")
    parser.add_argument("--engine", choices=ENGINES, action="append")
    parser.add_argument("--only", choices=tuple(PARTS), action="append")
    given = parser.parse_args(arguments)
    given.folder.mkdir(parents=True, exist_ok=True)
    parts = tuple(PARTS[name] for name in given.only or PARTS)
    figures = worst(measured(parts, given.folder, given.cases, given.engine or ENGINES))
    if figures:
        show(figures)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
