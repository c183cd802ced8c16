"""How a sign moves: one transaction that locks, checks, changes, audits in the sign's own chain and tells."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from casework.actors import Actor
from casework.people.merging import members
from casework.permissions import Operation, may
from casework.sign_filings.events import SignEvent
from casework.sign_filings.lifecycle import SIGN
from casework.sign_filings.models import Sign
from kit.db import Change, Database
from kit.problems import Conflict, Forbidden, NotFound

ACTION = "sign."
NOT_FOUND = "problem.sign.not_found"


@dataclass(frozen=True)
class SignStep:
    """One move. `given` is what the lifecycle looks at, `content` the facts for the audit chain, `tell` the event's class and
    `telling` what it carries beside what every event does. `fill` writes into the row, and other rows, before it is saved.
    """

    move: str
    tell: type[SignEvent] | None
    given: Mapping[str, object] = field(default_factory=dict)
    content: Mapping[str, object] = field(default_factory=dict)
    telling: Mapping[str, Any] = field(default_factory=dict)
    fill: Callable[[Change, Sign], Awaitable[None]] | None = None


async def take(
    db: Database, actor: Actor, sign_id: UUID, step: SignStep, expected_revision: int | None = None
) -> None:
    """Take the step. Raises NotFound for a sign not theirs to see, Forbidden, Conflict, Invalid.

    A doubled tap is answered kindly: the very move that was just made changes nothing.
    """

    async def work(change: Change) -> None:
        row = await locked(change, sign_id)
        if not await may_see(actor, row):
            raise NotFound(NOT_FOUND)
        found = SIGN.find(step.move)
        is_allowed = not set(found.by).isdisjoint(actor.roles)
        if is_allowed and not acts_here(actor, found.by, row):
            raise Forbidden("problem.sign.not_your_unit")
        if is_allowed and expected_revision is not None and row.revision != expected_revision:
            if row.revision == expected_revision + 1 and found.target == row.state == "ended":
                return
            raise Conflict("problem.sign.moved_on")
        SIGN.check(step.move, row.state, actor.roles, step.given)
        await move_within(change, actor, row, step)

    await db.change(work)


async def move_within(change: Change, actor: Actor, row: Sign, step: SignStep) -> None:
    """Move a locked sign without asking whether the actor may: for what follows from something else."""
    before, after = row.state, str(SIGN.find(step.move).leads_to(row.state))
    if step.fill is not None:
        await step.fill(change, row)
    row.state = after
    row.revision += 1
    row.updated_at = change.now
    if after != before:
        row.state_since_at = change.now
    if after in SIGN.final:
        row.ended_at = change.now
    await row.save()
    facts: dict[str, object] = {"from": before, "to": after, **step.content}
    await change.audit(row.id, actor, ACTION + step.move, facts)
    if step.tell is not None:
        change.emit(told(step.tell, row, change, **step.telling), row.id)


def told(kind: type[SignEvent], row: Sign, change: Change, **more: Any) -> SignEvent:
    """The event, from the row as it stands."""
    return kind(
        sign_id=row.id,
        code=row.code,
        sign_name=row.words,
        kind=row.kind,
        unit=row.unit,
        account_id=row.account_id,
        at=change.now,
        **more,
    )


async def locked(change: Change, sign_id: UUID) -> Sign:
    """The sign's row, locked. Raises NotFound."""
    row = await change.lock(Sign, sign_id)
    if row is None:
        raise NotFound(NOT_FOUND)
    return row


async def may_see(actor: Actor, row: Sign) -> bool:
    """Whether the register's own page of this sign is this one's to see: the holder's, and of staff who see signs."""
    if actor.kind == "citizen":
        if actor.id is None or row.account_id is None:
            return False
        return row.account_id == actor.id or row.account_id in await members(actor.id)
    return actor.kind == "clock" or may(actor, Operation.SEE_SIGNS)


def acts_here(actor: Actor, by: tuple[str, ...], row: Sign) -> bool:
    """Whether one of these roles is held in the unit that keeps the sign; one without a unit is anybody's who holds it."""
    if actor.kind != "staff" or row.unit is None:
        return True
    return any(actor.holds(role, row.unit) for role in actor.roles if role in by)
