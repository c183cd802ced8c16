"""How a granted permit moves: one transaction that locks, checks, changes, audits on its application's chain and tells.

The application is locked before its permit, always in this sequence: one chain tells the whole story, from the first form
to the clean place. A doubled tap changes nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from casework.actors import Actor
from casework.permits.desk import PermitDesk
from casework.permits.ending_rules import STRUCK_OFF_IN
from casework.permits.events import PermitEvent
from casework.permits.lifecycle import PERMIT, PermitState
from casework.permits.models import Permit, PermitApplication
from casework.permits.moving import OWN, note
from casework.permits.own_application import is_own
from casework.permits.renewals import is_going_on
from casework.permits.sight import acts_here, may_see
from kit.db import Change
from kit.problems import Conflict, Forbidden, NotFound

PERMIT_NOT_FOUND = "problem.permit.permit_not_found"
ENDINGS = frozenset(
    {
        PermitState.EXPIRED,
        PermitState.WITHDRAWN,
        PermitState.REVOKED,
        PermitState.CANCELLED,
        PermitState.REPLACED,
    }
)


@dataclass(frozen=True)
class PermitMove:
    """One move with its content, as `casework.permits.moving.PermitStep` is for applications."""

    move: str
    tell: type[PermitEvent]
    given: Mapping[str, object] = field(default_factory=dict)
    content: Mapping[str, object] = field(default_factory=dict)
    fill: Callable[[Change, PermitApplication, Permit], Awaitable[None]] | None = None
    follow: Callable[[Change, PermitApplication, Permit], Awaitable[None]] | None = None


async def take_permit(
    desk: PermitDesk,
    actor: Actor,
    permit_id: UUID,
    step: PermitMove,
    expected_revision: int | None = None,
) -> None:
    """Take the step. Raises NotFound for one not theirs to see, Forbidden, Conflict, Invalid."""

    async def work(change: Change) -> bool:
        row, permit = await locked_permit(change, actor, permit_id)
        return await take_permit_within(desk, change, actor, row, permit, step, expected_revision)

    require_done(await desk.db.change(work))


async def take_permit_within(
    desk: PermitDesk,
    change: Change,
    actor: Actor,
    row: PermitApplication,
    permit: Permit,
    step: PermitMove,
    expected_revision: int | None = None,
) -> bool:
    """The same on locked rows. False where the permit is the actor's own: that is audited and nothing else has changed."""
    found = PERMIT.find(step.move)
    may = not set(found.by).isdisjoint(actor.roles)
    if may and await is_own(desk, actor, row):
        await note(change, actor, row, "own_refused", {"tried": f"permit_{step.move}"})
        return False
    if may and not acts_here(actor, found.by, row):
        raise Forbidden("problem.permit.not_your_unit")
    if may and expected_revision is not None and permit.revision != expected_revision:
        is_ours = permit.revision == expected_revision + 1 and permit.state == found.target
        if is_ours and found.target is not None:
            return True
        raise Conflict("problem.permit.moved_on")
    PERMIT.check(step.move, permit.state, actor.roles, step.given)
    await move_permit_within(desk, change, actor, row, permit, step)
    return True


async def move_permit_within(
    desk: PermitDesk,
    change: Change,
    actor: Actor,
    row: PermitApplication,
    permit: Permit,
    step: PermitMove,
) -> None:
    """Move a locked permit without asking whether the actor may: for what follows from something else."""
    found = PERMIT.find(step.move)
    before, after = permit.state, str(found.leads_to(permit.state))
    if after in ENDINGS and after != before:
        # A worker that was away ends it late; it was over all the same, unless its renewal is not decided.
        goes_on = await is_going_on(permit, change.now)
        permit.ended_at = change.now if goes_on else min(change.now, permit.valid_until_at)
        # What ends before it begins leaves nothing to clean up.
        is_begun = permit.ended_at > permit.valid_from_at
        permit.restore_by_at = restore_by(desk, permit.kind, after, permit.ended_at) if is_begun else None
        permit.struck_off_at = change.now if after in STRUCK_OFF_IN else None
    if step.fill is not None:
        await step.fill(change, row, permit)
    permit.state = after
    permit.revision += 1
    permit.updated_at = change.now
    if after != before:
        permit.state_since_at = change.now
    await permit.save()
    facts = {"permit": permit.number, "from": before, "to": after, **step.content}
    principal_id = actor.principal_for(found.by, row.unit)
    await note(change, actor, row, f"permit_{step.move}", facts, principal_id)
    change.emit(told_of_permit(step.tell, permit, change), permit.id)
    if step.follow is not None:
        await step.follow(change, row, permit)


async def locked_permit(change: Change, actor: Actor, permit_id: UUID) -> tuple[PermitApplication, Permit]:
    """The application and its permit, locked in this sequence. Raises NotFound."""
    found = await Permit.get_or_none(id=permit_id)
    row = await change.lock(PermitApplication, found.application_id) if found is not None else None
    if row is None or not await may_see(actor, row):
        raise NotFound(PERMIT_NOT_FOUND)
    permit = await change.lock(Permit, permit_id)
    if permit is None:
        raise NotFound(PERMIT_NOT_FOUND)
    return row, permit


def told_of_permit(kind: type[PermitEvent], permit: Permit, change: Change) -> PermitEvent:
    """The event, from the row as it stands."""
    more = {"restore_by_at": permit.restore_by_at} if "restore_by_at" in kind.__struct_fields__ else {}
    return kind(
        permit_id=permit.id,
        application_id=permit.application_id,
        number=permit.number,
        kind=permit.kind,
        kind_name=permit.kind_name,
        unit=permit.unit,
        valid_until_at=permit.valid_until_at,
        account_id=permit.account_id,
        at=change.now,
        **more,
    )


def restore_by(desk: PermitDesk, code: str, after: str, ended_at: datetime) -> datetime | None:
    """Until when the place must be cleaned up (natural days from its end); None where it goes on being used (one that was
    replaced, as long as nobody says that its place is given up), or nothing has to be cleaned up.
    """
    kind = desk.section.kind(code)
    days = kind.term.restore_days if kind is not None and kind.term is not None else 0
    if after == PermitState.REPLACED or not days:
        return None
    return desk.calendar.add_natural_days(ended_at, days).at


def require_done(is_done: bool) -> None:
    """Forbidden where the permit turned out to be the actor's own, once the transaction has ended."""
    if not is_done:
        raise Forbidden(OWN)
