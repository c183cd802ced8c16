"""The second officer confirms a check-in under a login of their own: with one officer no inspection begins (行政处罚法 42).

What is not confirmed within half an hour lapses and counts for nothing; whoever comes next finds it so.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from casework.actors import Actor, clock
from casework.complaints.sight import held_by
from casework.people.models import Grant
from casework.people.staff_rows import holds_on
from casework.projects.certificates import fault, held_certificate
from casework.projects.desk import ProjectDesk
from casework.projects.events import EnterpriseVisitCheckedIn
from casework.projects.lifecycle import ENTERPRISE_VISIT, INSPECTORS, NEVER, VisitState
from casework.projects.models import EnterpriseVisit
from casework.projects.sight import NOT_FOUND, sees
from casework.roles import Role
from kit.clock import local
from kit.db import Change
from kit.problems import Conflict, Forbidden, Gone, NotFound

WITHIN = timedelta(minutes=30)


async def confirm(desk: ProjectDesk, actor: Actor, visit_id: UUID) -> None:
    """Be the second officer of the visit: it begins. A second tap changes nothing.

    Raises NotFound, Forbidden for everybody else, Conflict without a certificate in force, Gone after half an hour.
    """

    async def work(change: Change) -> bool:
        row = await change.lock(EnterpriseVisit, visit_id)
        if row is None or not sees(actor, row):
            raise NotFound(NOT_FOUND)
        if actor.id is None or actor.id != row.second_officer_id:
            raise Forbidden("problem.visit.not_second")
        if row.state == VisitState.UNDER_WAY:
            return True
        if row.state == VisitState.WAITING and _is_late(row, change):
            await _lapse(change, row)
            return False
        if not inspects(actor.roles, own_of(actor)):
            raise Forbidden("problem.visit.never")
        held = await held_certificate(change, actor.id)
        if key := fault(held, local(change.now).date()):
            raise Conflict(key)
        ENTERPRISE_VISIT.check("confirm", row.state, actor.roles, {})
        row.state, row.confirmed_at = VisitState.UNDER_WAY.value, change.now
        row.second_certificate_id = held.id if held is not None else None
        row.updated_at = change.now
        await row.save()
        await change.audit(row.id, actor, "enterprise_visit.confirm", {})
        told = EnterpriseVisitCheckedIn(
            visit_id=row.id, project_id=row.project_id, unit=row.unit, at=change.now
        )
        change.emit(told, row.id)
        return True

    if not await desk.db.change(work):
        raise Gone("problem.visit.confirm_late")


async def lapse_unconfirmed(change: Change, uscc: str) -> None:
    """End check-ins at the enterprise that nobody confirmed in time. The enterprise is held by the caller."""
    waiting = EnterpriseVisit.filter(uscc=uscc, state=VisitState.WAITING.value)
    for one in await waiting.order_by("id"):
        row = await change.lock(EnterpriseVisit, one.id)
        if row is not None and row.state == VisitState.WAITING and _is_late(row, change):
            await _lapse(change, row)


def own_of(actor: Actor) -> frozenset[Role]:
    """The roles the actor holds themselves: what they hold as a deputy is left out."""
    return frozenset(one.role for one in held_by(actor) if one.for_id is None)


async def own_roles(change: Change, staff_id: UUID) -> frozenset[Role]:
    """The same of somebody else, today."""
    grants = Grant.filter(holds_on(local(change.now).date()), staff_id=staff_id)
    return frozenset(Role(one.role) for one in await grants)


def inspects(roles: frozenset[Role], own: frozenset[Role]) -> bool:
    """Whether somebody with these roles, deputies' included, may inspect. Who patrols is barred by their own post alone."""
    return not roles.isdisjoint(INSPECTORS) and own.isdisjoint(NEVER)


def _is_late(row: EnterpriseVisit, change: Change) -> bool:
    return row.checked_in_at is None or row.checked_in_at + WITHIN <= change.now


async def _lapse(change: Change, row: EnterpriseVisit) -> None:
    actor = clock()
    ENTERPRISE_VISIT.check("lapse", row.state, actor.roles, {})
    row.state, row.updated_at = VisitState.CANCELLED.value, change.now
    await row.save()
    await change.audit(row.id, actor, "enterprise_visit.lapse", {})
