"""How an application moves: one transaction that locks, checks, changes, reckons the limit, audits and tells.

Which table of moves holds is the application's flow. A doubled tap is answered kindly: the very move that was just made,
by somebody who saw the application as it was before, changes nothing. Whoever tries to act for the bureau on an
application of their own is refused, and the refusal stands in the chain.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from casework.actors import Actor
from casework.permits.clocks import set_limit
from casework.permits.desk import PermitDesk
from casework.permits.events import ApplicationEvent
from casework.permits.lifecycle import FLOWS
from casework.permits.models import PermitApplication
from casework.permits.own_application import is_own
from casework.permits.sight import acts_here, may_see
from kit.audit.models import AuditEntry
from kit.db import Change
from kit.problems import Conflict, Forbidden, NotFound
from kit.workflow import Lifecycle

ACTION = "permit_application."
NOT_FOUND = "problem.permit.not_found"
OWN = "problem.permit.own_application"
APPLICANTS = frozenset({"correct", "withdraw"})
"""Moves of the applicant: a clerk at the window makes them on behalf, also for one's own kin, never as the bureau."""
SAID_ALIKE = frozenset({"accept", "register", "resume"})


@dataclass(frozen=True)
class PermitStep:
    """One move with its content. `given` is what the lifecycle looks at, `content` the facts for the audit chain (nothing
    personal), `tell` the event's class (None: nobody is told) and `telling` what it carries beside what every event does.

    `fill` writes into the row, and into other rows, before the move is saved; `follow` does what needs the saved row and
    the audit entry, such as issuing the paper. Both run inside of the transaction.
    """

    move: str
    tell: type[ApplicationEvent] | None
    given: Mapping[str, object] = field(default_factory=dict)
    content: Mapping[str, object] = field(default_factory=dict)
    telling: Mapping[str, object] = field(default_factory=dict)
    fill: Callable[[Change, PermitApplication], Awaitable[None]] | None = None
    follow: Callable[[Change, PermitApplication], Awaitable[None]] | None = None


async def take(
    desk: PermitDesk,
    actor: Actor,
    application_id: UUID,
    step: PermitStep,
    expected_revision: int | None = None,
) -> PermitApplication:
    """Take the step; the row as it stands then. Raises NotFound for one not theirs to see, Forbidden, Conflict, Invalid."""

    async def work(change: Change) -> PermitApplication | None:
        row = await locked(change, actor, application_id)
        return row if await take_within(desk, change, actor, row, step, expected_revision) else None

    return require_not_own(await desk.db.change(work))


async def take_within(
    desk: PermitDesk,
    change: Change,
    actor: Actor,
    row: PermitApplication,
    step: PermitStep,
    expected_revision: int | None = None,
) -> bool:
    """The same on a locked row. False where it is the actor's own: that is audited and nothing else has changed, so let
    the transaction end and then raise (`require_not_own`).
    """
    flow = flow_of(row)
    found = flow.find(step.move)
    may = not set(found.by).isdisjoint(actor.roles)
    if may and step.move not in APPLICANTS and await refused_as_own(desk, change, actor, row, step.move):
        return False
    if may and not acts_here(actor, found.by, row) and not _entered(actor, row, step):
        raise Forbidden("problem.permit.not_your_unit")
    if may and expected_revision is not None and row.revision != expected_revision:
        if _just_made(flow, step, row, expected_revision) and await _made_by(actor, step, row):
            return True
        raise Conflict("problem.permit.moved_on")
    flow.check(step.move, row.state, actor.roles, step.given)
    await move_within(desk, change, actor, row, step)
    return True


async def move_within(
    desk: PermitDesk, change: Change, actor: Actor, row: PermitApplication, step: PermitStep
) -> None:
    """Move a locked row without asking whether the actor may: for what follows from something else."""
    flow = flow_of(row)
    found = flow.find(step.move)
    before, after = row.state, str(found.leads_to(row.state))
    if step.fill is not None:
        await step.fill(change, row)
    row.state = after
    row.revision += 1
    row.updated_at = change.now
    if after != before:
        row.state_since_at = change.now
    if after in flow.final:
        row.ended_at = change.now
    await set_limit(desk, row, before, change.now)
    await row.save()
    facts: dict[str, object] = {"from": before, "to": after, **step.content}
    await note(change, actor, row, step.move, facts, actor.principal_for(found.by, row.unit, row.assignee_id))
    if step.tell is not None:
        change.emit(told(desk, step.tell, row, change, step.telling), row.id)
    if step.follow is not None:
        await step.follow(change, row)


async def note(
    change: Change,
    actor: Actor,
    row: PermitApplication,
    act: str,
    content: Mapping[str, object],
    principal_id: UUID | None = None,
) -> None:
    """Say it in the application's audit chain; lock the row first. `principal_id` is on whose behalf."""
    facts: dict[str, object] = {
        "revision": row.revision,
        "content": dict(content),
        "case": {"kind": row.kind, "unit": row.unit},
        "due_at": row.due_at.isoformat() if row.due_at is not None else None,
    }
    if principal_id is not None:
        facts["deputy_for"] = principal_id
    await change.audit(row.id, actor, ACTION + act, facts)


def told(
    desk: PermitDesk,
    kind: type[ApplicationEvent],
    row: PermitApplication,
    change: Change,
    more: Mapping[str, object] | None = None,
) -> ApplicationEvent:
    """The event, from the row as it stands."""
    facts: dict[str, object] = {
        "application_id": row.id,
        "reference": row.reference,
        "kind": row.kind,
        "kind_name": desk.kind_name(row.kind),
        "unit": row.unit,
        "assignee_id": row.assignee_id,
        "due_at": row.due_at,
        "account_id": row.account_id,
        "at": change.now,
        **(more or {}),
    }
    if "promised_at" in kind.__struct_fields__:
        facts["promised_at"] = row.promise_due_at or row.statutory_due_at
    return kind(**facts)  # type: ignore[arg-type]


async def locked(change: Change, actor: Actor, application_id: UUID) -> PermitApplication:
    """The row, locked. Raises NotFound for one that is not there or not theirs to see."""
    row = await change.lock(PermitApplication, application_id)
    if row is None or not await may_see(actor, row):
        raise NotFound(NOT_FOUND)
    return row


async def refused_as_own(
    desk: PermitDesk, change: Change, actor: Actor, row: PermitApplication, tried: str
) -> bool:
    """Whether the locked row is the actor's own application: then the attempt stands in its chain, and nothing else is done."""
    if not await is_own(desk, actor, row):
        return False
    await note(change, actor, row, "own_refused", {"tried": tried})
    return True


def require_not_own(row: PermitApplication | None) -> PermitApplication:
    """The row; Forbidden where `take_within` found it to be the actor's own, once the transaction has ended."""
    if row is None:
        raise Forbidden(OWN)
    return row


def flow_of(row: PermitApplication) -> Lifecycle:
    """The table of moves that holds for an application."""
    return FLOWS[row.flow]


def _entered(actor: Actor, row: PermitApplication, step: PermitStep) -> bool:
    """What a clerk entered for somebody they may also put right or take back for them."""
    return step.move in APPLICANTS and row.filed_by_id is not None and row.filed_by_id == actor.id


def _just_made(flow: Lifecycle, step: PermitStep, row: PermitApplication, expected_revision: int) -> bool:
    """Whether it is this step that led to where the application stands, one revision on."""
    target = flow.find(step.move).target
    return target is not None and row.revision == expected_revision + 1 and row.state == target


async def _made_by(actor: Actor, step: PermitStep, row: PermitApplication) -> bool:
    """Whether it was this member of staff: whoever said something else a moment later is told that theirs does not count.

    What is said alike by everybody (to accept, to register) anybody may have done.
    """
    if actor.kind != "staff" or step.move in SAID_ALIKE:
        return True
    made = AuditEntry.filter(case_id=row.id, action=f"{ACTION}{step.move}").order_by("-position")
    entry = await made.first()
    return entry is not None and entry.actor_id == actor.id
