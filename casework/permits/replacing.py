"""One permit in another's stead: at once, or from the day on which the new one begins.

Until then the old one holds; should the new one be ended before it began, the old one simply stays.
"""

from __future__ import annotations

from uuid import UUID

from casework.actors import Actor, clock
from casework.closing import close_each
from casework.permits.clashes import are_apart
from casework.permits.desk import PermitDesk
from casework.permits.events import PermitReplaced
from casework.permits.lifecycle import PermitState
from casework.permits.models import Permit, PermitApplication
from casework.permits.moving import note
from casework.permits.permit_moving import PermitMove, locked_permit, move_permit_within, restore_by
from kit.db import Change
from kit.problems import Conflict

TOGETHER = 50


async def replace(desk: PermitDesk, change: Change, actor: Actor, permit_id: UUID, by: Permit) -> None:
    """Another permit, changed or renewed, holds in its stead from now on. Raises Conflict for one that is over."""
    row, permit = await locked_in_force(change, permit_id)
    await _replace(desk, change, actor, row, permit, by)


async def plan_replacement(change: Change, actor: Actor, permit_id: UUID, by: Permit) -> None:
    """The same from the moment at which the other one begins. Raises Conflict for one that is over, or to be replaced."""
    row, permit = await locked_in_force(change, permit_id)
    permit.replaced_by_id, permit.replaced_from_at = by.id, by.valid_from_at
    permit.revision += 1
    permit.updated_at = change.now
    await permit.save(update_fields=["replaced_by_id", "replaced_from_at", "revision", "updated_at"])
    facts = {"permit": permit.number, "by": by.number, "from_at": by.valid_from_at.isoformat()}
    await note(change, actor, row, "permit_plan_replacement", facts)


async def replace_begun(desk: PermitDesk, at_most: int = TOGETHER) -> int:
    """Replace those whose successor has begun, each in a transaction of its own; how many."""
    begun = Permit.filter(ended_at=None, replaced_from_at__lte=desk.db.clock.now())
    ids = [one.id for one in await begun.order_by("replaced_from_at", "id").only("id")]

    async def one(id: UUID) -> None:
        await desk.db.change(lambda change: _begin(desk, change, id))

    return await close_each(ids, one, at_most=at_most)


async def keep_predecessor(change: Change, actor: Actor, permit: Permit) -> None:
    """This permit ends before it began: what it was to replace stays. `permit` is locked."""
    if permit.replaces_id is None or permit.valid_from_at <= change.now:
        return
    row, old = await locked_permit(change, clock(), permit.replaces_id)
    if old.ended_at is not None or old.replaced_by_id != permit.id:
        return
    old.replaced_by_id = old.replaced_from_at = None
    old.revision += 1
    old.updated_at = change.now
    await old.save(update_fields=["replaced_by_id", "replaced_from_at", "revision", "updated_at"])
    await note(change, actor, row, "permit_keep", {"permit": old.number, "by": permit.number})


async def locked_in_force(change: Change, permit_id: UUID) -> tuple[PermitApplication, Permit]:
    """A permit that holds and is not to be replaced, with its application, both locked. Raises Conflict."""
    row, permit = await locked_permit(change, clock(), permit_id)
    if permit.state != PermitState.IN_FORCE or permit.replaced_from_at is not None:
        raise Conflict("problem.permit.replaced_gone")
    return row, permit


async def _begin(desk: PermitDesk, change: Change, id: UUID) -> None:
    row, permit = await locked_permit(change, clock(), id)
    heir = await Permit.get_or_none(id=permit.replaced_by_id) if permit.replaced_by_id is not None else None
    if permit.ended_at is not None or heir is None or (permit.replaced_from_at or change.now) > change.now:
        return
    await _replace(desk, change, clock(), row, permit, heir)


async def _replace(
    desk: PermitDesk, change: Change, actor: Actor, row: PermitApplication, permit: Permit, by: Permit
) -> None:
    async def fill(change: Change, row: PermitApplication, permit: Permit) -> None:
        permit.replaced_by_id = by.id
        if permit.replaced_from_at is not None:
            # However late the worker comes.
            permit.ended_at = min(permit.replaced_from_at, permit.valid_until_at)
        ended_at = permit.ended_at
        if ended_at is not None and ended_at > permit.valid_from_at and are_apart(permit, by):
            # The old place is given up, as with any end.
            permit.restore_by_at = restore_by(desk, permit.kind, "", ended_at)

    step = PermitMove("replace", PermitReplaced, content={"by": by.number}, fill=fill)
    await move_permit_within(desk, change, actor, row, permit, step)
