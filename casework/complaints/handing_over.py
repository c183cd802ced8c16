"""Handing over somebody's open cases: to a colleague, or back to the units they belong to.

Used when somebody leaves, and for a long absence. The limit goes on running; the citizen is told nothing, because for
them nothing changes. Whoever has the case from now on is told, and each case's chain says who handed it to whom.
"""

from __future__ import annotations

from uuid import UUID

import msgspec
from tortoise.queryset import QuerySet

from casework.actors import EVERY_UNIT, Actor
from casework.complaints.desk import Desk
from casework.complaints.events import ComplaintHandedOver
from casework.complaints.lifecycle import OPEN_STATES, State
from casework.complaints.models import Complaint
from casework.complaints.moving import ACTION
from casework.complaints.telling import common
from casework.people.models import Staff
from casework.people.staff import staff_ids_with_role
from casework.people.staff_leaving import leaving
from casework.people.staff_rows import locked, locked_here, require_keeper, view
from casework.people.views import StaffView
from casework.permissions import Operation, require
from casework.permits.releasing import release_all_of
from casework.roles import Role
from casework.work_orders.desk import OrderDesk
from casework.work_orders.ending import decline_all_of
from casework.work_orders.profile import WorkOrdersSection
from kit.clock import local
from kit.db import Change
from kit.problems import Conflict, Forbidden, Invalid

AT_ONCE = 500
"""Cases that one transaction hands over at most."""


class OpenCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case somebody is working on, as a line."""

    id: UUID
    reference: str
    state: State
    category_name: str
    unit_name: str


class HandedOver(msgspec.Struct, frozen=True, kw_only=True):
    """How many cases went, and how many stayed because there were more than go at once."""

    cases: int
    left: int


async def open_cases(desk: Desk, staff_id: UUID, at_most: int = 100) -> tuple[OpenCase, ...]:
    """What somebody is working on, what is due first at the top."""
    rows = await _theirs(staff_id).order_by("due_at", "id").limit(at_most)
    return tuple(
        OpenCase(
            id=row.id,
            reference=row.reference,
            state=State(row.state),
            category_name=desk.policy.category_name(row.category),
            unit_name=desk.policy.unit_name(row.unit),
        )
        for row in rows
    )


async def count_open(staff_id: UUID) -> int:
    """How many cases somebody is working on."""
    return await _theirs(staff_id).count()


async def hand_over(desk: Desk, actor: Actor, staff_id: UUID, *, to_id: UUID | None) -> HandedOver:
    """Give all open cases of one to another, or (None) back to their units. Nobody hands work to themselves.

    Who does not keep the bureau's people hands over what is in their own units. Raises Invalid for a successor who
    may not handle (field `successor`), Conflict where a case has no unit to go back to, Forbidden.
    """
    if actor.kind != "system":
        require(actor, Operation.HAND_OVER_WORK)
        if to_id is not None and actor.is_for(to_id):
            raise Invalid("problem.people.successor", field="successor")

    async def work(change: Change) -> HandedOver:
        await locked(change, staff_id)
        return await _hand_over(desk, change, actor, staff_id, to_id)

    return await desk.db.change(work)


async def leave_work(
    desk: Desk, actor: Actor, staff_id: UUID, *, to_id: UUID | None = None, to_units: bool = False
) -> StaffView:
    """Somebody leaves, and their open cases go to a colleague or back to their units, all in one moment. A contractor's
    orders come back to whoever handles their cases, who issues them anew; applications for permits to their units.

    Raises Conflict where there are open cases and it is not said where they go.
    """
    require_keeper(actor, staff_id)

    async def work(change: Change) -> StaffView:
        row = await locked_here(change, staff_id)
        count = await count_open(staff_id)
        if count and to_id is None and not to_units:
            raise Conflict("problem.people.work_left", name=row.name, count=count)
        while await count_open(staff_id):
            await _hand_over(desk, change, actor, staff_id, to_id)
        facts: dict[str, object] = {"cases": count, "successor": to_id} if count else {}
        given_back = await decline_all_of(OrderDesk(desk, WorkOrdersSection()), change, staff_id)
        if given_back:
            facts["orders"] = list(given_back)
        released = await release_all_of(change, actor, staff_id)
        if released:
            facts["applications"] = list(released)
        await leaving(change, actor, row, facts)
        return await view(row, local(change.now).date())

    return await desk.db.change(work, timeout_s=60.0)


def _theirs(staff_id: UUID) -> QuerySet[Complaint]:
    return Complaint.filter(assignee_id=staff_id, state__in=sorted(state.value for state in OPEN_STATES))


async def _hand_over(
    desk: Desk, change: Change, actor: Actor, staff_id: UUID, to_id: UUID | None
) -> HandedOver:
    names = await _names(change, staff_id, to_id)
    if to_id is None and (stranded := await _theirs(staff_id).filter(unit__isnull=True).count()):
        raise Conflict("problem.people.no_unit_to_return", count=stranded)
    ids = [row.id for row in await _theirs(staff_id).only("id").order_by("id").limit(AT_ONCE)]
    done = 0
    for id in ids:
        row = await change.lock(Complaint, id)
        # Somebody may have moved it on while we waited for it.
        if row is not None and row.assignee_id == staff_id and row.state in OPEN_STATES:
            _check_unit(actor, row)
            await _give(desk, change, actor, row, to_id, names)
            done += 1
    return HandedOver(cases=done, left=await count_open(staff_id))


def _check_unit(actor: Actor, row: Complaint) -> None:
    if actor.kind == "system" or Role.ADMINISTRATOR in actor.roles:
        return
    unit = row.unit if row.unit is not None else EVERY_UNIT
    if not (actor.holds(Role.HEAD, unit) or actor.holds(Role.DISPATCHER, unit)):
        raise Forbidden("problem.people.work_of_others")


async def _names(change: Change, staff_id: UUID, to_id: UUID | None) -> dict[UUID, str]:
    if to_id is not None:
        # Held, so that the successor does not leave in this moment.
        await change.lock(Staff, to_id)
        able = await staff_ids_with_role(Role.HANDLER, None, local(change.now).date())
        if to_id == staff_id or to_id not in able:
            raise Invalid("problem.people.successor", field="successor")
    return dict(await Staff.filter(id__in=[staff_id, *([to_id] if to_id else [])]).values_list("id", "name"))


async def _give(
    desk: Desk, change: Change, actor: Actor, row: Complaint, to_id: UUID | None, names: dict[UUID, str]
) -> None:
    before = row.assignee_id
    row.assignee_id = to_id
    row.revision += 1
    row.updated_at = change.now
    await row.save(update_fields=["assignee_id", "revision", "updated_at"])
    facts: dict[str, object] = {
        "to": row.state,
        "revision": row.revision,
        "content": {
            "from_id": before,
            "to_id": to_id,
            "colleague": names.get(to_id, "") if to_id is not None else "",
        },
        "case": {"category": row.category, "unit": row.unit, "assignee_id": row.assignee_id},
        "due_at": row.due_at.isoformat() if row.due_at is not None else None,
    }
    await change.audit(row.id, actor, ACTION + "hand_over", facts)
    told = ComplaintHandedOver(
        **common(desk, row),
        from_name=names.get(before, "") if before is not None else "",
        answer_by_at=row.due_at,
    )
    change.emit(told, row.id)
