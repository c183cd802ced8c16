"""The fault suite tries every promise on each engine, and what it counts is what it writes."""

from __future__ import annotations

import asyncio

import pytest

from tests.e2e.system import System
from tests.faults.fault import ENGINES, Counts, Fault, Size
from tests.faults.registry import FAULTS
from tests.faults.report import PROMISES, Outcome, promised


async def nothing(system: System, size: Size) -> Counts:
    await asyncio.sleep(0)
    return Counts(tried=0)


def outcome(counts: Counts, *, limit_s: float = 30.0, audited: tuple[int, int, int] = (9, 0, 0)) -> Outcome:
    fault = Fault("web_kill", ("I1", "I2"), nothing, limit_s, formerly="I1_acknowledged_complaints")
    return Outcome(fault, "sqlite", counts, audited)


@pytest.mark.parametrize("engine", ENGINES)
def test_every_promise_is_tried_by_a_fault_on_each_engine(engine: str) -> None:
    tried = {
        promise for fault in FAULTS.values() if engine in fault.engines for promise in fault.promises
    } | {"I5"}
    assert tried == set(PROMISES)


def test_a_fault_writes_five_rows_under_its_name_and_engine() -> None:
    rows = {str(row["name"]): row for row in outcome(Counts(tried=7, lost=1, late_s=31.0)).rows()}
    assert list(rows) == [
        f"web_kill_sqlite.{kind}" for kind in ("tried", "lost", "doubled", "unaccounted", "late_s")
    ]
    assert {row["issue"] for row in rows.values()} == {"notifications"}
    assert [row["ok"] for row in rows.values()] == [True, False, True, True, False]
    assert rows["web_kill_sqlite.late_s"]["goal"] == 30.0


def test_the_rows_of_before_keep_their_names() -> None:
    names = [row["name"] for row in outcome(Counts(tried=7)).former_rows()]
    assert names[:2] == [
        "I1_acknowledged_complaints_sqlite_tried",
        "I1_acknowledged_complaints_sqlite_not_kept",
    ]


@pytest.mark.parametrize(
    "broken",
    [
        outcome(Counts(tried=0)),
        outcome(Counts(tried=1, lost=1)),
        outcome(Counts(tried=1, doubled=1)),
        outcome(Counts(tried=1, unaccounted=1)),
        outcome(Counts(tried=1, late_s=30.1)),
    ],
)
def test_whatever_is_lost_doubled_unaccounted_late_or_never_tried_breaks_the_promise(broken: Outcome) -> None:
    kept = outcome(Counts(tried=5, late_s=29.0))
    assert kept.ok
    assert not broken.ok
    assert promised("I1", [kept])[1]
    assert promised("I1", [kept, broken])[1] == (broken.counts.tried == 0)
    assert not promised("I1", [broken])[1]
    assert not promised("I4", [kept])[1]


def test_a_broken_chain_breaks_the_fifth_promise_whatever_the_fault_counted() -> None:
    assert promised("I5", [outcome(Counts(tried=1))])[1]
    torn = outcome(Counts(tried=1), audited=(9, 0, 1))
    assert not torn.ok
    assert not promised("I5", [torn])[1]
