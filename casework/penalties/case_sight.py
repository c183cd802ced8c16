"""Which penalty cases somebody sees, and whose own they are: the same rule as for notices to put something right."""

from __future__ import annotations

from uuid import UUID

from tortoise.expressions import Q

from casework.actors import Actor
from casework.penalties.models import DeliveryConsent, PenaltyCase, RectificationNotice
from casework.penalties.sight import narrowed as narrowed
from casework.people.merging import members
from casework.people.models import StaffBinding


async def may_see_case(actor: Actor, row: PenaltyCase) -> bool:
    """Whether the case is this one's to see."""
    if actor.kind == "citizen":
        return (
            actor.id is not None and row.account_id is not None and row.account_id in await members(actor.id)
        )
    where = narrowed(actor)
    if where is None:
        return True
    return actor.kind == "staff" and await PenaltyCase.filter(Q(id=row.id) & where).exists()


async def sees_papers_of_case(actor: Actor, case_id: UUID) -> bool:
    """Staff who see the case see its papers; its party opens them on the page of the case, which leaves out what is not delivered."""
    row = await PenaltyCase.get_or_none(id=case_id)
    return actor.kind == "staff" and row is not None and await may_see_case(actor, row)


async def is_own(actor: Actor, party_index: str, account_id: UUID | None = None) -> bool:
    """Whether a member of staff is the party: the WeChat bound to them is an account that has signed or opened for the party."""
    if actor.kind != "staff" or actor.id is None:
        return False
    ids: set[UUID] = set()
    for bound in await StaffBinding.filter(staff_id=actor.id, unbound_at=None):
        ids |= await members(bound.account_id)
    if not ids:
        return False
    if account_id is not None and account_id in ids:
        return True
    held = {"party_index": party_index, "account_id__in": sorted(ids)}
    return (
        await DeliveryConsent.filter(**held).exists()
        or await RectificationNotice.filter(**held).exists()
        or await PenaltyCase.filter(**held).exists()
    )
