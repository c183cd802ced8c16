"""How a penalty case moves: one transaction that locks, checks, changes, reckons the limits, audits and tells.

Whoever tries to act for the bureau on a case of their own is refused, and the refusal stands in the chain. A doubled tap is
answered kindly: the very move that was just made, by somebody who saw the case as it was before, changes nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from casework.actors import Actor
from casework.complaints.sight import acts_on
from casework.penalties.access import case_behind
from casework.penalties.case_events import PenaltyCaseEvent
from casework.penalties.case_lifecycle import PENALTY
from casework.penalties.case_limits import set_limits
from casework.penalties.case_sight import is_own, may_see_case
from casework.penalties.desk import PenaltyDesk
from casework.penalties.models import PenaltyCase
from kit.db import Change
from kit.problems import Conflict, Forbidden, NotFound

ACTION = "penalty_case."
NOT_FOUND = "problem.penalty_case.not_found"
OWN = "problem.penalty_case.own_case"
Work = Callable[[Change, PenaltyCase], Awaitable[None]]


@dataclass(frozen=True)
class CaseStep:
    """One move with its content. `given` is what the lifecycle looks at, `content` the facts for the audit chain (nothing
    personal); `fill` writes into the row before it is saved, `follow` does what needs the saved row, such as its paper.
    """

    move: str
    tell: type[PenaltyCaseEvent] | None = None
    given: Mapping[str, object] = field(default_factory=dict)
    content: Mapping[str, object] = field(default_factory=dict)
    telling: Mapping[str, object] = field(default_factory=dict)
    fill: Work | None = None
    follow: Work | None = None


async def take(
    desk: PenaltyDesk,
    actor: Actor,
    case_id: UUID,
    step: CaseStep,
    expected_revision: int | None = None,
    access_id: UUID | None = None,
) -> None:
    """Take the step. `access_id`: the actor came with the code of a paper. Raises NotFound, Forbidden, Conflict, Invalid."""

    async def work(change: Change) -> bool:
        row = await locked(change, actor, case_id, access_id)
        found = PENALTY.find(step.move)
        may = not set(found.by).isdisjoint(actor.roles)
        if may and await is_own(actor, row.party_index, row.account_id):
            await note(change, actor, row, "own_refused", {"tried": step.move})
            return False
        if may and actor.kind == "staff" and not acts_on(actor, frozenset(found.by), row.unit, None):
            raise Forbidden("problem.penalty_case.not_your_unit")
        if may and expected_revision is not None and row.revision != expected_revision:
            just_made = row.revision == expected_revision + 1 and row.state == found.target
            if just_made and row.state not in found.sources:
                return True  # a doubled tap
            raise Conflict("problem.penalty_case.moved_on")
        PENALTY.check(step.move, row.state, actor.roles, step.given)
        await _move(desk, change, actor, row, step)
        return True

    if not await desk.db.change(work):
        # The refusal is in the chain; only then is it said.
        raise Forbidden(OWN)


async def locked(change: Change, actor: Actor, case_id: UUID, access_id: UUID | None = None) -> PenaltyCase:
    """The row, locked. Raises NotFound for one that is not there or not theirs to see."""
    row = await change.lock(PenaltyCase, case_id)
    if row is None:
        raise NotFound(NOT_FOUND)
    by_code = access_id is not None and await case_behind(access_id) == row.id
    if not by_code and not await may_see_case(actor, row):
        raise NotFound(NOT_FOUND)
    return row


def told(
    kind: type[PenaltyCaseEvent],
    row: PenaltyCase,
    change: Change,
    more: Mapping[str, object] | None = None,
) -> PenaltyCaseEvent:
    """The event, from the row as it stands."""
    facts: dict[str, object] = {
        "penalty_id": row.id,
        "reference": row.reference,
        "unit": row.unit,
        "assignee_id": row.officer_id,
        "due_at": row.due_at,
        "account_id": row.account_id,
        "at": change.now,
        **(more or {}),
    }
    return kind(**facts)  # type: ignore[arg-type]


async def note(
    change: Change, actor: Actor, row: PenaltyCase, act: str, content: Mapping[str, object]
) -> None:
    """Say it in the case's audit chain; lock the row first."""
    due_at = row.due_at.isoformat() if row.due_at is not None else None
    facts = {"revision": row.revision, "content": dict(content), "due_at": due_at}
    await change.audit(row.id, actor, ACTION + act, facts)


async def _move(desk: PenaltyDesk, change: Change, actor: Actor, row: PenaltyCase, step: CaseStep) -> None:
    before = row.state
    after = str(PENALTY.find(step.move).leads_to(before))
    if step.fill is not None:
        await step.fill(change, row)
    row.state = after
    row.revision += 1
    row.updated_at = change.now
    if after != before:
        row.state_since_at = change.now
    if after in PENALTY.final:
        row.ended_at = change.now
    set_limits(desk, row)
    await row.save()
    await note(change, actor, row, step.move, {"from": before, "to": after, **step.content})
    if step.tell is not None:
        change.emit(told(step.tell, row, change, step.telling), row.id)
    if step.follow is not None:
        await step.follow(change, row)
