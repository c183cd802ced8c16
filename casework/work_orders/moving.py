"""How an order moves: one transaction that checks, changes, audits on the case and tells.

The case is locked before its order, always in this sequence: the audit chain is the case's. A doubled tap is answered
kindly: the very move that was just made, by somebody who saw the order as it was before, changes nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from casework.actors import Actor
from casework.complaints.models import Complaint
from casework.complaints.moving import ACTION
from casework.complaints.sight import acts_on, sight_of
from casework.permissions import Operation, may
from casework.roles import Role
from casework.work_orders.desk import OrderDesk
from casework.work_orders.events import WorkOrderEvent
from casework.work_orders.lifecycle import DO, ISSUERS, VERIFY, WORK_ORDER, State
from casework.work_orders.models import WorkOrder
from kit.db import Change
from kit.problems import Conflict, Forbidden, NotFound
from kit.workflow import Limit

NOT_FOUND = "problem.work_order.not_found"


@dataclass(frozen=True)
class OrderStep:
    """One move with its content. `given` is what the lifecycle looks at, `content` the facts for the audit chain, `tell`
    the event's class; `fill` writes into the row, and into other rows in the same transaction.
    """

    move: str
    tell: type[WorkOrderEvent]
    given: Mapping[str, object] = field(default_factory=dict)
    content: Mapping[str, object] = field(default_factory=dict)
    fill: Callable[[Change, WorkOrder, Complaint], Awaitable[None]] | None = None


async def take(
    desk: OrderDesk, actor: Actor, order_id: UUID, step: OrderStep, expected_revision: int | None = None
) -> None:
    """Take the step. Raises NotFound for an order that is not theirs to see, Forbidden, Conflict, Invalid."""

    async def work(change: Change) -> None:
        case, order = await locked(change, order_id)
        if not sees(actor, order, case):
            raise NotFound(NOT_FOUND)
        _require_theirs(actor, step.move, order, case)
        is_outdated = expected_revision is not None and order.revision != expected_revision
        if is_outdated and not set(WORK_ORDER.find(step.move).by).isdisjoint(actor.roles):
            if _just_made(step, order, expected_revision):
                return
            raise Conflict("problem.work_order.moved_on")
        WORK_ORDER.check(step.move, order.state, actor.roles, step.given)
        await move_within(desk, change, actor, case, order, step)

    await desk.complaints.db.change(work)


async def move_within(
    desk: OrderDesk, change: Change, actor: Actor, case: Complaint, order: WorkOrder, step: OrderStep
) -> None:
    """Move a locked order of a locked case without asking whether the actor may."""
    before = State(order.state)
    after = State(WORK_ORDER.find(step.move).leads_to(before))
    if step.fill is not None:
        await step.fill(change, order, case)
    order.state = after.value
    order.revision += 1
    order.updated_at = change.now
    order.state_since_at = change.now
    _start_limit(desk, order, before, after, change.now)
    await order.save()
    principal_id = actor.principal_for(WORK_ORDER.find(step.move).by, order.unit, order.contractor_id)
    await note(change, actor, case, order, step.move, step.content, principal_id)
    change.emit(told(desk, step.tell, order, case, change.now), order.id)


async def note(
    change: Change,
    actor: Actor,
    case: Complaint,
    order: WorkOrder,
    act: str,
    content: Mapping[str, object],
    principal_id: UUID | None = None,
) -> None:
    """Say it in the audit chain of the case; `principal_id` is on whose behalf."""
    facts: dict[str, object] = {
        "content": {"order": order.reference, "order_state": order.state, **content},
        "case": {"category": case.category, "unit": case.unit},
        "due_at": order.due_at.isoformat() if order.due_at is not None else None,
    }
    if principal_id is not None:
        facts["deputy_for"] = principal_id
    await change.audit(case.id, actor, f"{ACTION}order_{act}", facts)


def told(
    desk: OrderDesk, kind: type[WorkOrderEvent], order: WorkOrder, case: Complaint, at: datetime
) -> WorkOrderEvent:
    """The event, from the rows as they stand."""
    more: dict[str, Any] = {"due_at": order.due_at} if "due_at" in kind.__struct_fields__ else {}
    return kind(
        order_id=order.id,
        reference=order.reference,
        contractor_id=order.contractor_id,
        category_name=desk.complaints.policy.category_name(order.category),
        unit=case.unit,
        assignee_id=case.assignee_id,
        at=at,
        **more,
    )


def sees(actor: Actor, order: WorkOrder, case: Complaint) -> bool:
    """Whether the order is this one's to see: the contractor's own, or one about a case they may see."""
    if actor.kind != "staff":
        return actor.kind == "clock"
    if Role.CONTRACTOR in actor.roles and actor.is_for(order.contractor_id):
        return True
    if not (may(actor, Operation.SEE_ORDERS) and may(actor, Operation.SEE_CASES)):
        return False
    return case.restricted_at is None and sight_of(actor).covers(
        case.unit, case.assignee_id, case.filed_by_id
    )


def may_take(actor: Actor, name: str, order: WorkOrder, case: Complaint) -> bool:
    """Whether a move that the lifecycle allows is this very person's on this order."""
    if actor.kind == "clock":
        return True
    by = WORK_ORDER.find(name).by
    if Role.CONTRACTOR in by:
        return Role.CONTRACTOR in actor.roles and actor.is_for(order.contractor_id)
    return acts_on(actor, by, case.unit, case.assignee_id)


async def locked(change: Change, order_id: UUID) -> tuple[Complaint, WorkOrder]:
    """The case and its order, locked in this sequence. Raises NotFound."""
    found = await WorkOrder.get_or_none(id=order_id)
    case = await change.lock(Complaint, found.complaint_id) if found is not None else None
    order = await change.lock(WorkOrder, order_id) if case is not None else None
    if case is None or order is None:
        raise NotFound(NOT_FOUND)
    return case, order


def limit_in(desk: OrderDesk, order: WorkOrder) -> Limit | None:
    """The limit that holds where the order stands; None where it is over."""
    state = State(order.state)
    if state is State.DONE:
        return desk.section.limits.verify.limit(VERIFY)
    return None if state in WORK_ORDER.final else Limit(working_minutes=order.working_minutes, basis=DO)


def _require_theirs(actor: Actor, name: str, order: WorkOrder, case: Complaint) -> None:
    found = WORK_ORDER.find(name)
    if not set(found.by).isdisjoint(actor.roles) and not may_take(actor, name, order, case):
        raise Forbidden("problem.complaint.not_your_case" if set(found.by) & set(ISSUERS) else NOT_FOUND)


def _just_made(step: OrderStep, order: WorkOrder, expected_revision: int | None) -> bool:
    """Whether it is this step that led to where the order stands, one revision on."""
    same = order.revision == (expected_revision or 0) + 1 and order.state == WORK_ORDER.find(step.move).target
    return same and all(getattr(order, name) == value for name, value in step.given.items())


def _start_limit(desk: OrderDesk, order: WorkOrder, before: State, after: State, now: datetime) -> None:
    """Accepting does not give more time; being sent back gives as much as at first."""
    if after in WORK_ORDER.final:
        order.due_at, order.ended_at = None, now
        return
    if before is State.ISSUED and after is State.ACCEPTED:
        return
    limit = limit_in(desk, order)
    order.limit_started_at = now
    order.due_at = desk.complaints.calendar.due(limit, now).at if limit is not None else None
