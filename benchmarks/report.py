"""Figures: named, with a goal, printed as a table and written to benchmarks/results/latest.json."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results" / "latest.json"


@dataclass(frozen=True)
class Figure:
    """One measured value against its goal. A goal is a most unless `at_least`."""

    issue: str
    name: str
    value: float
    unit: str
    goal: float
    at_least: bool = False

    @property
    def ok(self) -> bool:
        return self.value >= self.goal if self.at_least else self.value <= self.goal


def write(figures: Sequence[Figure], path: Path = RESULTS) -> None:
    rows = []
    for figure in figures:
        row = asdict(figure)
        row.pop("at_least")
        rows.append({**row, "value": round(figure.value, 4), "ok": figure.ok})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")


def show(figures: Sequence[Figure]) -> None:
    width = max(len(figure.name) for figure in figures)
    print(f"\n{'figure':<{width}}  {'value':>10}  {'goal':>10}  unit")
    for figure in figures:
        sign = ">=" if figure.at_least else "<="
        mark = "ok" if figure.ok else "MISSED"
        print(
            f"{figure.name:<{width}}  {figure.value:>10.3f}  {sign}{figure.goal:>8g}  {figure.unit:<14} {mark}"
        )


def median(values: Sequence[float]) -> float:
    return statistics.median(values)
