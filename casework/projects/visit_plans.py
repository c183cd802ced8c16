"""Visits planned, allowed in spite of cap or quiet days, called off, and ended with what was found."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from casework.actors import Actor
from casework.complaints.wording import REASON_AT_MOST, required
from casework.people.staff_rows import staff_by_id
from casework.permissions import Operation, require
from casework.projects.actions import NOT_FOUND as NO_PROJECT
from casework.projects.desk import ProjectDesk
from casework.projects.events import EnterpriseVisitEnded
from casework.projects.lifecycle import ENTERPRISE_VISIT, INSPECTORS, NEVER, VisitState
from casework.projects.models import EnterpriseVisit, Project
from casework.projects.rating_codes import code_hash, rating_code
from casework.projects.sight import NOT_FOUND, sees
from casework.roles import Role
from kit.clock import local
from kit.db import Change
from kit.problems import Conflict, Forbidden, Invalid, NotFound

FINDINGS_AT_MOST = 4_000


async def plan(
    desk: ProjectDesk,
    actor: Actor,
    project_id: UUID,
    *,
    officer_id: UUID,
    on: date,
    purpose: str,
    basis: str,
) -> UUID:
    """Plan a visit for a day from today on. What stands against the day is shown with it and no refusal: that comes at
    the gate. Raises Invalid, NotFound, Conflict for a project that is closed, Forbidden.
    """
    require(actor, Operation.PLAN_ENTERPRISE_VISITS)
    if officer_id != actor.id and Role.HEAD not in actor.roles:
        raise Forbidden("problem.visit.not_yours")
    purpose = required(purpose, field="purpose", at_most=200)
    found = desk.section.basis(basis)
    if found is None:
        raise Invalid("problem.visit.basis", field="basis")

    async def work(change: Change) -> UUID:
        project = await change.lock(Project, project_id)
        if project is None:
            raise NotFound(NO_PROJECT)
        if project.closed_at is not None:
            raise Conflict("problem.visit.project_closed")
        if on < local(change.now).date():
            raise Invalid("problem.visit.in_the_past", field="on")
        officer = await staff_by_id(desk.db, officer_id)
        if officer is None or officer.roles.isdisjoint(INSPECTORS) or officer.roles & NEVER:
            raise Invalid("problem.visit.officer", field="officer_id")
        row = EnterpriseVisit(
            id=change.ids.new(),
            project_id=project.id,
            uscc=project.builder_uscc,
            enterprise=project.builder,
            year=on.year,
            officer_id=officer_id,
            unit=project.unit,
            purpose=purpose,
            basis=found.words,
            state=VisitState.PLANNED.value,
            planned_for_on=on,
            created_at=change.now,
            updated_at=change.now,
        )
        await row.save(force_create=True)
        facts = {"project": str(project.id), "on": on.isoformat(), "purpose": purpose, "basis": found.words}
        await change.audit(row.id, actor, "enterprise_visit.plan", facts)
        return row.id

    return await desk.db.change(work)


async def allow(desk: ProjectDesk, actor: Actor, visit_id: UUID, ground: str, words: str) -> None:
    """A head lets a planned visit take place in spite of cap or quiet days, on a ground of the profile's list; never one's own."""
    words = required(words, field="explanation", at_most=REASON_AT_MOST)
    if desk.section.ground(ground) is None:
        raise Invalid("problem.visit.ground", field="ground")

    async def work(change: Change) -> None:
        row = await _locked(change, actor, visit_id)
        ENTERPRISE_VISIT.check("allow", row.state, actor.roles, {"ground": ground, "words": words})
        if actor.id in (row.officer_id, row.second_officer_id):
            raise Forbidden("problem.visit.own_exception")
        row.exception, row.exception_words, row.exception_by_id = ground, words, actor.id
        await _save(change, row)
        await change.audit(row.id, actor, "enterprise_visit.allow", {"ground": ground, "words": words})

    await desk.db.change(work)


async def cancel(desk: ProjectDesk, actor: Actor, visit_id: UUID, reason: str) -> None:
    """Call off a planned visit."""
    reason = required(reason, field="reason", at_most=REASON_AT_MOST)

    async def work(change: Change) -> None:
        row = await _locked(change, actor, visit_id)
        if row.state == VisitState.CANCELLED:
            return
        ENTERPRISE_VISIT.check("cancel", row.state, actor.roles, {"reason": reason})
        row.state = VisitState.CANCELLED.value
        await _save(change, row)
        await change.audit(row.id, actor, "enterprise_visit.cancel", {"reason": reason})

    await desk.db.change(work)


async def end(desk: ProjectDesk, actor: Actor, visit_id: UUID, findings: str) -> None:
    """End the visit with what was found, by one of the two who made it. The same again changes nothing."""
    findings = required(findings, field="findings", at_most=FINDINGS_AT_MOST)

    async def work(change: Change) -> None:
        row = await _locked(change, actor, visit_id)
        if row.state == VisitState.ENDED and row.findings == findings:
            return
        if actor.id not in (row.officer_id, row.second_officer_id):
            raise Forbidden("problem.visit.not_yours")
        ENTERPRISE_VISIT.check("end", row.state, actor.roles, {"findings": findings})
        row.state, row.ended_at, row.findings = VisitState.ENDED.value, change.now, findings
        row.rating_hash = code_hash(rating_code(desk, row.id))
        await _save(change, row)
        await change.audit(row.id, actor, "enterprise_visit.end", {"findings": findings})
        project = await Project.get_or_none(id=row.project_id)
        event = EnterpriseVisitEnded(
            visit_id=row.id,
            project_id=row.project_id,
            project_name=project.name if project is not None else row.enterprise,
            account_id=project.account_id if project is not None else None,
            unit=row.unit,
            at=change.now,
        )
        change.emit(event, row.id)

    await desk.db.change(work)


async def _locked(change: Change, actor: Actor, visit_id: UUID) -> EnterpriseVisit:
    row = await change.lock(EnterpriseVisit, visit_id)
    if row is None or not sees(actor, row):
        raise NotFound(NOT_FOUND)
    return row


async def _save(change: Change, row: EnterpriseVisit) -> None:
    row.updated_at = change.now
    await row.save()
