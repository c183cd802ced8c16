"""To whom a case goes: by the rules, else by its category; and who may be given one by name."""

from __future__ import annotations

from uuid import UUID

from casework.complaints.desk import Desk
from casework.complaints.limits import urgency_of
from casework.complaints.models import Complaint
from casework.complaints.ports import Routed, RoutingFacts
from casework.people.models import Staff
from casework.people.staff import staff_ids_with_role
from casework.roles import Role
from kit.clock import local
from kit.db import Change
from kit.problems import Invalid


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


async def require_officer(desk: Desk, staff_id: UUID | None, *roles: Role) -> None:
    """Raise Invalid (field `assignee_id`) for somebody who holds none of these roles today. None is nobody by name."""
    if staff_id is None:
        return
    today = local(desk.db.clock.now()).date()
    for role in roles:
        if staff_id in await staff_ids_with_role(role, None, today):
            return
    raise Invalid("problem.complaint.assignee", field="assignee_id")


async def hold_officer(change: Change, staff_id: UUID | None) -> None:
    """Hold whoever is given a case until it is theirs: who leaves at this moment hands it over with the rest.

    Raises Invalid for somebody who has left meanwhile.
    """
    if staff_id is None:
        return
    row = await change.lock(Staff, staff_id)
    if row is None or row.left_at is not None:
        raise Invalid("problem.complaint.assignee", field="assignee_id")
