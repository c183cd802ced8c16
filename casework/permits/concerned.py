"""Which permit an application to change, renew or cancel is about."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from casework.actors import Actor
from casework.people.merging import members
from casework.permits.models import Permit
from casework.permits.renewals import open_renewals
from kit.db import Change
from kit.problems import Conflict, Invalid, NotFound

NEW, CHANGE, RENEW, CANCEL = "new", "change", "renew", "cancel"
_IN_FORCE = "in_force"


async def begins_from(act: str, permit_id: UUID | None, now: datetime) -> datetime:
    """Before when nothing of it may begin: now; where a permit that runs is changed or cancelled, its own beginning."""
    if act not in (CHANGE, CANCEL) or permit_id is None:
        return now
    permit = await Permit.get_or_none(id=permit_id)
    return min(now, permit.valid_from_at) if permit is not None else now


async def concerned_permit(
    change: Change, actor: Actor, act: str, kind: str, permit_id: UUID | None
) -> UUID | None:
    """The permit's id, checked: in force, of this kind, and the applicant's own (at the window: anybody's).

    None for a new one. Raises Invalid, NotFound, Conflict.
    """
    if act == NEW:
        return None
    if permit_id is None:
        raise Invalid("problem.permit.concerns_missing", field="concerns")
    permit = await change.lock(Permit, permit_id)
    if permit is None or permit.kind != kind or not await _is_theirs(actor, permit):
        raise NotFound("problem.permit.concerns_unknown")
    is_over = act != "cancel" and permit.valid_until_at <= change.now
    if permit.state != _IN_FORCE or is_over:
        raise Conflict("problem.permit.concerns_over")
    if act == RENEW and await open_renewals().filter(concerns_id=permit.id).exists():
        raise Conflict("problem.permit.renewal_open")
    return permit.id


async def _is_theirs(actor: Actor, permit: Permit) -> bool:
    if actor.kind == "staff":
        return True
    return actor.id is not None and permit.account_id in await members(actor.id)
