"""What was tried and what was not kept: a table for people, a list for machines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results" / "latest.json"
ISSUE = "main-job"


@dataclass
class Kept:
    """One promise on one engine. Nothing may be lost, doubled or unaccounted for, nor `worst` exceed `limit`."""

    promise: str
    what: str
    tried: int
    lost: int = 0
    doubled: int = 0
    unaccounted: int = 0
    worst: float | None = None
    limit: float | None = None
    unit: str = "s"
    note: str = ""
    engine: str = ""
    seconds: float = 0.0

    @property
    def broken(self) -> int:
        return self.lost + self.doubled + self.unaccounted

    @property
    def ok(self) -> bool:
        in_time = self.worst is None or self.limit is None or self.worst <= self.limit
        return self.tried > 0 and self.broken == 0 and in_time

    def sentence(self) -> str:
        worst = "" if self.worst is None else f", worst {self.worst:.1f} {self.unit} of {self.limit:g}"
        counts = (
            f"{self.tried} tried, {self.lost} lost, {self.doubled} doubled, {self.unaccounted} unaccounted"
        )
        return f"{'ok    ' if self.ok else 'BROKEN'} {self.what}: {counts}{worst}{'; ' + self.note if self.note else ''}"

    def figures(self) -> list[dict[str, object]]:
        name = f"{self.promise}_{self.what.replace(' ', '_')}_{self.engine}"
        rows: list[dict[str, object]] = [
            {"issue": ISSUE, "name": f"{name}_tried", "value": self.tried, "unit": "acts", "goal": 1, "ok": self.tried > 0},
            {"issue": ISSUE, "name": f"{name}_not_kept", "value": self.broken, "unit": "acts", "goal": 0, "ok": not self.broken},
        ]  # fmt: skip
        if self.worst is not None and self.limit is not None:
            ok = self.worst <= self.limit
            worst = {"value": round(self.worst, 2), "unit": self.unit, "goal": self.limit, "ok": ok}
            rows.append({"issue": ISSUE, "name": f"{name}_worst", **worst})
        return rows


def show(kept: Sequence[Kept]) -> None:
    heads = ("promise", "engine", "what", "tried", "lost", "doubled", "unacc.", "worst", "")
    rows = [
        (
            one.promise, one.engine, one.what, str(one.tried), str(one.lost), str(one.doubled), str(one.unaccounted),
            "" if one.worst is None else f"{one.worst:.1f} {one.unit}", "ok" if one.ok else "BROKEN",
        )
        for one in kept
    ]  # fmt: skip
    widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(len(heads))]
    print()
    for row in (heads, *rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    broken = [one for one in kept if not one.ok]
    print(f"\n{len(kept) - len(broken)} kept, {len(broken)} broken")


def write(kept: Sequence[Kept]) -> None:
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    figures = [figure for one in kept for figure in one.figures()]
    RESULTS.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n")
