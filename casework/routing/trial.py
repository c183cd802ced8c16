"""Rules tried on cases of the past: where each would have gone, and how many would go elsewhere. Writes nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import datetime
from uuid import UUID

import msgspec

from casework.complaints.limits import urgency_of
from casework.complaints.models import Complaint
from casework.complaints.ports import RoutingFacts
from casework.complaints.profile import ComplaintPolicy
from casework.routing.explained import Explained
from casework.routing.loading import all_places, nesting, whole_roster
from casework.routing.router import RuleRouter

CASES = 500
SHOWN = 50
_BREATH = 25
"""Cases after which others have their turn on the loop."""


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """A case that would go elsewhere."""

    reference: str
    now: Explained
    then: Explained


class UnitShare(msgspec.Struct, frozen=True, kw_only=True):
    """How many cases a unit gets by either set of rules; unit None: those who dispatch."""

    unit: str | None
    now: int
    then: int


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two sets of rules on the same cases. `moved` holds the first of the `elsewhere` many."""

    cases: int
    elsewhere: int
    shares: tuple[UnitShare, ...]
    moved: tuple[Moved, ...]


def facts_of(row: Complaint, policy: ComplaintPolicy, at: datetime | None = None) -> RoutingFacts:
    """What routing looks at in a case, as of a moment (that of its filing)."""
    category = row.category or row.suggested_category
    return RoutingFacts(
        category=category,
        area=row.place_area,
        grid=row.place_grid,
        urgency=urgency_of(row, policy),
        source=row.source,
        at=at if at is not None else row.submitted_at,
    )


async def compare(
    policy: ComplaintPolicy, now: RuleRouter, then: RuleRouter, *, cases: int = CASES
) -> Comparison:
    """Try two sets of rules on the last cases, each as of its filing, with whoever held which post then."""
    rows = await Complaint.all().order_by("-submitted_at", "-id").limit(cases).only(*_READ)
    if not rows:
        return Comparison(cases=0, elsewhere=0, shares=(), moved=())
    places, roster = await all_places(), await whole_roster(rows[-1].submitted_at, rows[0].submitted_at)
    before, after = Counter[str | None](), Counter[str | None]()
    elsewhere, moved = 0, list[Moved]()
    for number, row in enumerate(rows, 1):
        facts = facts_of(row, policy)
        where = nesting((row.place_grid, row.place_area), places)
        one, other = now.decide(facts, where, roster), then.decide(facts, where, roster)
        before[one.unit] += 1
        after[other.unit] += 1
        if _goes_to(one) != _goes_to(other):
            elsewhere += 1
            if len(moved) < SHOWN:
                moved.append(Moved(reference=row.reference, now=one, then=other))
        if number % _BREATH == 0:
            await asyncio.sleep(0)
    units = sorted(before.keys() | after.keys(), key=lambda unit: (-before[unit], unit or ""))
    return Comparison(
        cases=len(rows),
        elsewhere=elsewhere,
        shares=tuple(UnitShare(unit=unit, now=before[unit], then=after[unit]) for unit in units),
        moved=tuple(moved),
    )


def _goes_to(decided: Explained) -> tuple[str | None, UUID | None]:
    return decided.unit, decided.assignee_id


_READ = ("id", "reference", "category", "suggested_category", "urgency", "source", "submitted_at", "place_area", "place_grid")  # fmt: skip
