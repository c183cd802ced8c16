"""Which notices somebody sees: parties their own, officers those of the units in which they hold a role with them."""

from __future__ import annotations

from uuid import UUID

from tortoise.expressions import Q

from casework.actors import EVERY_UNIT, Actor
from casework.complaints.sight import held_by
from casework.penalties.models import RectificationNotice
from casework.people.merging import members
from casework.permissions import PERMISSIONS, Operation


async def may_see(actor: Actor, row: RectificationNotice) -> bool:
    """Whether the notice is this one's to see."""
    if actor.kind == "citizen":
        return (
            actor.id is not None and row.account_id is not None and row.account_id in await members(actor.id)
        )
    units = _units(actor)
    return EVERY_UNIT in units or row.unit in units


def narrowed(actor: Actor) -> Q | None:
    """What a member of staff sees in lists; None for every one."""
    units = _units(actor)
    return None if EVERY_UNIT in units else Q(unit__in=sorted(units))


async def sees_papers_of_notice(actor: Actor, notice_id: UUID) -> bool:
    """Whoever sees the notice sees its papers."""
    row = await RectificationNotice.get_or_none(id=notice_id)
    return row is not None and await may_see(actor, row)


def _units(actor: Actor) -> frozenset[str]:
    wanted = PERMISSIONS[Operation.SEE_PENALTIES]
    return (
        frozenset(one.unit for one in held_by(actor) if one.role in wanted)
        if actor.kind == "staff"
        else frozenset()
    )
