"""What was tried and what was not kept: a line a fault, a table of promises, a list for machines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.fault import ALARM_S, ENGINES, RECOVERY_S, Counts, Fault

RESULTS = Path(__file__).parent / "results" / "latest.json"
ISSUE, FORMER_ISSUE = "notifications", "main-job"
ACTS_GOAL, SECONDS_GOAL = 10_000, 600

PROMISES = {
    "I1": "an acknowledged complaint is never lost",
    "I2": "one citizen act is one case",
    "I3": "a push reaches a final state, and is seen at most once",
    "I4": "deadline alarms fire within 60 s, once",
    "I5": "every action has its audit entry, chains are unbroken",
    "I6": "the webhook answers within 4.5 s",
    "I7": "any single restart heals within 30 s",
    "I8": "secrets and personal data stay inside",
    "I9": "a killed migration can be run again",
    "I10": "a backup restores",
}

Row = dict[str, object]


@dataclass
class Outcome:
    """One fault on one engine, and the audit chains afterwards: entries, cases without any, 1 if one is broken."""

    fault: Fault
    engine: str
    counts: Counts
    audited: tuple[int, int, int] = (0, 0, 0)
    seconds: float = 0.0

    @property
    def name(self) -> str:
        return f"{self.fault.name}_{self.engine}"

    @property
    def in_time(self) -> bool:
        return self.counts.late_s <= self.fault.limit_s

    @property
    def ok(self) -> bool:
        audit_ok = self.audited[1:] == (0, 0)
        return self.counts.tried > 0 and not self.counts.broken and self.in_time and audit_ok

    def sentence(self) -> str:
        counts = self.counts
        said = (
            f"{'ok    ' if self.ok else 'BROKEN'} {self.name}: {counts.tried} tried, {counts.lost} lost, "
            f"{counts.doubled} doubled, {counts.unaccounted} unaccounted, "
            f"{counts.late_s:.1f} s late (limit {self.fault.limit_s:g})"
        )
        if self.audited[1:] != (0, 0):
            said += f"; audit: {self.audited[1]} cases without an entry, {self.audited[2]} broken"
        return f"{said}{'; ' + counts.note if counts.note else ''} [{self.seconds:.0f} s]"

    def rows(self) -> list[Row]:
        counts = self.counts
        return [
            _row(f"{self.name}.tried", counts.tried, "acts", 1, counts.tried >= 1),
            _row(f"{self.name}.lost", counts.lost, "acts", 0, not counts.lost),
            _row(f"{self.name}.doubled", counts.doubled, "acts", 0, not counts.doubled),
            _row(f"{self.name}.unaccounted", counts.unaccounted, "acts", 0, not counts.unaccounted),
            _row(f"{self.name}.late_s", round(counts.late_s, 2), "s", self.fault.limit_s, self.in_time),
        ]

    def former_rows(self) -> list[Row]:
        if not self.fault.formerly:
            return []
        counts, name = self.counts, f"{self.fault.formerly}_{self.engine}"
        return [
            *_former(name, counts.tried, counts.broken),
            _row(f"{name}_worst", round(counts.late_s, 2), "s", self.fault.limit_s, self.in_time, FORMER_ISSUE),
        ]  # fmt: skip


def show(outcomes: Sequence[Outcome], seconds: dict[str, float]) -> bool:
    """Print the promises. True when all that were tried are kept and each was."""
    rows = [("promise", "", "engine", "tried", "lost", "doubled", "unacc.", "")]
    kept = True
    for promise, words in PROMISES.items():
        for engine in seconds:
            counts, ok = promised(promise, [one for one in outcomes if one.engine == engine])
            kept = kept and ok
            verdict = "kept" if ok else ("BROKEN" if counts.tried else "not tried")
            figures = (counts.tried, counts.lost, counts.doubled, counts.unaccounted)
            rows.append((promise, words, engine, *map(str, figures), verdict))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    print()
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    for engine, took in seconds.items():
        tried = sum(one.counts.tried for one in outcomes if one.engine == engine)
        print(f"\n{engine}: {tried} acts tried in {took:.0f} s")
    broken = [one.name for one in outcomes if not one.ok]
    print(
        f"{len(outcomes) - len(broken)} faults without loss, {len(broken)} with: {', '.join(broken) or '-'}"
    )
    return kept and not broken


def promised(promise: str, outcomes: Iterable[Outcome]) -> tuple[Counts, bool]:
    """All acts that prove a promise on one engine, and whether it was tried and kept."""
    if promise == "I5":
        audits = [one.audited for one in outcomes if one.audited[0]]
        found = Counts(
            tried=sum(entries for entries, _, _ in audits),
            lost=sum(without for _, without, _ in audits),
            unaccounted=sum(broken for _, _, broken in audits),
        )
        return found, found.tried > 0 and not found.broken
    proofs = [one for one in outcomes if promise in one.fault.promises]
    found = Counts(
        tried=sum(one.counts.tried for one in proofs),
        lost=sum(one.counts.lost for one in proofs),
        doubled=sum(one.counts.doubled for one in proofs),
        unaccounted=sum(one.counts.unaccounted for one in proofs),
        late_s=max((one.counts.late_s for one in proofs), default=0.0),
    )
    return found, found.tried > 0 and not found.broken and all(one.in_time for one in proofs)


def write(outcomes: Sequence[Outcome], seconds: dict[str, float]) -> None:
    """latest.json: rows by fault, sums by engine, and the rows that had names before faults did."""
    rows = [row for one in outcomes for row in one.rows()]
    for engine, took in seconds.items():
        rows += _sums(engine, [one for one in outcomes if one.engine == engine], took)
    rows += [row for one in outcomes for row in one.former_rows()]
    rows += _rows_of_others(seconds)
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    RESULTS.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")


def _rows_of_others(seconds: Iterable[str]) -> list[Row]:
    """What was written before about the engines that were not run this time."""
    others = [engine for engine in ENGINES if engine not in seconds]
    if not RESULTS.exists():
        return []
    rows: list[Row] = json.loads(RESULTS.read_text())
    return [row for row in rows if any(f"_{engine}" in str(row["name"]) for engine in others)]


def _sums(engine: str, outcomes: Sequence[Outcome], took: float) -> list[Row]:
    tried = sum(one.counts.tried for one in outcomes)
    chains, _ = promised("I5", outcomes)
    audit = f"audit_chains_{engine}"
    rows = [
        _row(f"all_faults_{engine}.tried", tried, "acts", ACTS_GOAL, tried >= ACTS_GOAL),
        _row(f"all_faults_{engine}.took_s", round(took), "s", SECONDS_GOAL, took <= SECONDS_GOAL),
        _row(f"{audit}.tried", chains.tried, "entries", 1, chains.tried >= 1),
        _row(f"{audit}.lost", chains.lost, "cases", 0, not chains.lost),
        _row(f"{audit}.unaccounted", chains.unaccounted, "faults", 0, not chains.unaccounted),
    ]
    for name, promise, limit in (("recovery_s", "I7", RECOVERY_S), ("alarm_late_s", "I4", ALARM_S)):
        worst, _ = promised(promise, outcomes)
        if worst.tried:
            rows.append(_row(f"{name}_{engine}", round(worst.late_s, 2), "s", limit, worst.late_s <= limit))
    return rows + _former(f"I5_audit_chains_{engine}", chains.tried, chains.broken)


def _former(name: str, tried: int, broken: int) -> list[Row]:
    return [
        _row(f"{name}_tried", tried, "acts", 1, tried > 0, FORMER_ISSUE),
        _row(f"{name}_not_kept", broken, "acts", 0, not broken, FORMER_ISSUE),
    ]


def _row(name: str, value: float, unit: str, goal: float, ok: bool, issue: str = ISSUE) -> Row:
    return {"issue": issue, "name": name, "value": value, "unit": unit, "goal": goal, "ok": ok}
