"""Which visits somebody sees: the two officers theirs, and who answers for the unit those of it."""

from __future__ import annotations

from casework.actors import Actor
from casework.projects.models import EnterpriseVisit
from casework.roles import Role

NOT_FOUND = "problem.visit.not_found"
LOOKERS = (Role.HEAD, Role.ADMINISTRATOR, Role.AUDITOR)


def sees(actor: Actor, row: EnterpriseVisit) -> bool:
    """Whether a visit is this one's to see: the two officers', and those of who answers for the unit."""
    if actor.kind != "staff":
        return False
    if actor.id in (row.officer_id, row.second_officer_id):
        return True
    if row.unit is None:
        return not actor.roles.isdisjoint(LOOKERS)
    return any(actor.holds(role, row.unit) for role in LOOKERS)
