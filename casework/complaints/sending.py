"""To whom a case goes when it is taken on or what it is about is corrected: by the rules, else by its category."""

from __future__ import annotations

from casework.complaints.desk import Desk
from casework.complaints.limits import urgency_of
from casework.complaints.models import Complaint
from casework.complaints.ports import Routed, RoutingFacts
from kit.db import Change


async def send_by_rules(desk: Desk, change: Change, row: Complaint) -> Routed:
    """Set the unit of a row that is saved by the caller, and why it is that one. The officer is only suggested."""
    facts = RoutingFacts(
        category=row.category,
        area=row.place_area,
        grid=row.place_grid,
        urgency=urgency_of(row, desk.policy),
        source=row.source,
        at=change.now,
    )
    found = await desk.router.route(facts)
    category = desk.policy.categories.get(row.category or "")
    fallback = category.unit if category is not None else row.unit
    if found is None:
        found = Routed(unit=fallback)
    row.unit = found.unit if found.unit in desk.policy.units else fallback
    row.routing = found.explanation
    return found
