"""Open cases of a category that is given up, moved to the one that takes its place: within the change that gives it up."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from casework.actors import Actor
from casework.complaints.desk import Desk
from casework.complaints.events import ComplaintReclassified
from casework.complaints.lifecycle import OPEN_STATES
from casework.complaints.models import Complaint
from casework.complaints.moving import Step, move_within
from casework.complaints.telling import common
from kit.db import Change


async def open_cases_of(categories: Collection[str]) -> Mapping[str, int]:
    """How many open cases each of these categories has; those with none are left out."""
    counts: dict[str, int] = {}
    rows = Complaint.filter(category__in=list(categories), state__in=[str(one) for one in OPEN_STATES])
    async for row in rows.only("id", "category"):
        counts[str(row.category)] = counts.get(str(row.category), 0) + 1
    return counts


async def map_category(desk: Desk, change: Change, actor: Actor, old: str, new: str) -> int:
    """Give the open cases of `old` the category `new`, each with its entry and event; how many there were.

    `desk` knows the new category: limits are reckoned by it. Whoever has a case keeps it.
    """
    rows = await Complaint.filter(category=old, state__in=[str(one) for one in OPEN_STATES]).only("id")

    def fill(row: Complaint) -> None:
        row.category = new

    step = Step(
        move="reclassify",
        given={},
        content={"category": new, "urgency": None, "place_digest": None, "moved_on_map": False},
        fill=fill,
        tell=lambda row: ComplaintReclassified(**common(desk, row), answer_by_at=row.due_at),
    )
    for id in sorted(one.id for one in rows):
        row = await change.lock(Complaint, id)
        if row is not None and row.category == old:
            await move_within(desk, change, actor, row, step)
    await Complaint.filter(suggested_category=old, category=None).update(suggested_category=new)
    return len(rows)
