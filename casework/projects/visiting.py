"""Checking in before an inspection: two certified officers, a purpose and a basis, within cap and quiet days.

Whoever checks in has scanned the project's code on the spot and says where they stand, or why not. The enterprise's visits
of a year are counted while its rows are held, so two check-ins in one moment do not both pass under the cap. What is turned
away is kept with its reason. The visit begins when the second officer confirms it (`confirming`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import msgspec
from tortoise.expressions import Q

from casework.actors import EVERY_UNIT, Actor
from casework.complaints.place import Position
from casework.complaints.sight import held_by
from casework.complaints.wording import required
from casework.projects.certificates import fault, held_certificate
from casework.projects.confirming import inspects, lapse_unconfirmed, own_of, own_roles
from casework.projects.desk import ProjectDesk
from casework.projects.events import (
    EnterpriseVisitEvent,
    EnterpriseVisitToConfirm,
    EnterpriseVisitTurnedAway,
)
from casework.projects.lifecycle import ENTERPRISE_VISIT, INSPECTORS, VisitState
from casework.projects.models import EnterpriseVisit, OfficerCertificate, Project
from casework.projects.standing import place_said, put_place
from kit.clock import local
from kit.db import Change
from kit.numbers import folded_number
from kit.problems import Conflict, Forbidden, Invalid, NotFound

HELD = (VisitState.UNDER_WAY.value, VisitState.ENDED.value)
"""The states that count as a visit."""


class CheckIn(msgspec.Struct, frozen=True, kw_only=True):
    """What an officer says at the gate: the scanned code, the colleague's certificate, what for and on what basis (a
    code of the profile's list); where the phone is, give or take `accuracy_m`, or in `place_reason` why it does not say.
    """

    code: str
    second_number: str
    purpose: str
    basis: str
    position: Position | None = None
    accuracy_m: float | None = None
    place_reason: str = ""


@dataclass(frozen=True)
class CheckedIn:
    """The visit, or the refused check-in with the catalogue key of why and what its sentence needs."""

    visit_id: UUID
    refused: str = ""
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass
class _Gate:
    """Who stands at the gate."""

    on: date
    project: Project
    plan: EnterpriseVisit | None
    own: OfficerCertificate | None
    second: OfficerCertificate | None


async def check_in(desk: ProjectDesk, actor: Actor, said: CheckIn) -> CheckedIn:
    """Check in, or be turned away; both are kept. Somebody whose visit there waits or goes on gets that one again.

    Raises NotFound for a code of no project, Invalid for a purpose or a basis that cannot be, Forbidden for nobody of ours.
    """
    if actor.kind != "staff" or actor.id is None:
        raise Forbidden()
    purpose = required(said.purpose, field="purpose", at_most=200)
    number = folded_number(required(said.second_number, field="second_number", at_most=60))
    basis = desk.section.basis(said.basis)
    if basis is None:
        raise Invalid("problem.visit.basis", field="basis")
    place = place_said(said.position, said.accuracy_m, said.place_reason)

    async def work(change: Change) -> CheckedIn:
        gate = await _gate(change, actor, said.code, number)
        await lapse_unconfirmed(change, gate.project.builder_uscc)
        going_on = await _going_on(gate.project.id, actor)
        if going_on is not None:
            return CheckedIn(going_on.id)
        key, params = await _refusal(desk, change, actor, gate)
        row = gate.plan if gate.plan is not None and not key else _new(change, actor, gate)
        row.purpose, row.basis, row.year, row.unit = purpose, basis.words, gate.on.year, _unit(actor, gate)
        row.officer_id = actor.id  # type: ignore[assignment]
        row.certificate_id = gate.own.id if gate.own is not None else None
        row.second_officer_id = gate.second.staff_id if gate.second is not None else None
        row.second_certificate_id = gate.second.id if gate.second is not None else None
        if not key and not await _cap_or_quiet(desk, gate):
            # Allowed for nothing: the visit keeps to the rules by itself.
            row.exception = row.exception_words = row.exception_by_id = None
        put_place(row, gate.project, place)
        if key:
            move, row.state, row.refused = "turn_away", VisitState.REFUSED.value, key
        else:
            given = {"purpose": purpose, "basis": basis.words, "place": place.words}
            ENTERPRISE_VISIT.check("check_in", row.state, actor.roles, given)
            move, row.state, row.checked_in_at = "check_in", VisitState.WAITING.value, change.now
        row.updated_at = change.now
        await row.save(force_create=row is not gate.plan)
        await change.audit(row.id, actor, f"enterprise_visit.{move}", _facts(row, key))
        change.emit(_told(row, change, key), row.id)
        return CheckedIn(row.id, key, params)

    return await desk.db.change(work)


async def _going_on(project_id: UUID, actor: Actor) -> EnterpriseVisit | None:
    """The actor's visit there that goes on, or waits for one of the two: the second officer finds it to confirm."""
    theirs = Q(officer_id=actor.id) | Q(second_officer_id=actor.id, state=VisitState.WAITING.value)
    states = (VisitState.UNDER_WAY.value, VisitState.WAITING.value)
    return await EnterpriseVisit.filter(theirs, project_id=project_id, state__in=states).first()


async def held_in(uscc: str, year: int) -> int:
    """How many visits an enterprise has had in a calendar year, exceptions included."""
    return await EnterpriseVisit.filter(uscc=uscc, year=year, state__in=HELD).count()


async def _taken_up(uscc: str, year: int) -> int:
    """The same with those that wait for their second officer: each will be a visit."""
    states = (*HELD, VisitState.WAITING.value)
    return await EnterpriseVisit.filter(uscc=uscc, year=year, state__in=states).count()


async def _gate(change: Change, actor: Actor, code: str, second_number: str) -> _Gate:
    """Everything that is looked at, with the enterprise held: its first project stands for it."""
    found = await Project.get_or_none(code=code)
    if found is None:
        raise NotFound("problem.visit.no_such_code")
    first = await Project.filter(builder_uscc=found.builder_uscc).order_by("id").first()
    await change.lock(Project, first.id if first is not None else found.id)
    project = await change.lock(Project, found.id)
    if project is None:
        raise NotFound("problem.visit.no_such_code")
    on = local(change.now).date()
    plans = await EnterpriseVisit.filter(
        project_id=project.id, state=VisitState.PLANNED.value, planned_for_on=on
    ).order_by("id")
    theirs = next((one for one in plans if actor.id in (one.officer_id, one.second_officer_id)), None)
    return _Gate(
        on=on,
        project=project,
        plan=await change.lock(EnterpriseVisit, theirs.id) if theirs is not None else None,
        own=await held_certificate(change, actor.id),
        second=await OfficerCertificate.get_or_none(number=second_number),
    )


async def _refusal(
    desk: ProjectDesk, change: Change, actor: Actor, gate: _Gate
) -> tuple[str, Mapping[str, object]]:
    """Why nobody may go in, the first thing that is wrong; "" where nothing is."""
    if not inspects(actor.roles, own_of(actor)):
        return "problem.visit.never", {}
    if gate.project.closed_at is not None:
        return "problem.visit.project_closed", {}
    if own := fault(gate.own, gate.on):
        return own, {}
    if gate.second is None:
        return "problem.visit.second_unknown", {}
    if gate.second.staff_id == actor.id:
        return "problem.visit.same_person", {}
    if fault(gate.second, gate.on):
        return "problem.visit.second_certificate", {}
    # The colleague as they are themselves: nobody is the second officer in somebody's stead.
    roles = await own_roles(change, gate.second.staff_id)
    if not inspects(roles, roles):
        return "problem.visit.second_never", {}
    if gate.plan is not None and gate.plan.exception is not None:
        return "", {}
    return await _cap_or_quiet(desk, gate) or ("", {})


async def _cap_or_quiet(desk: ProjectDesk, gate: _Gate) -> tuple[str, Mapping[str, object]] | None:
    """What stands against a visit on that day unless a head has allowed it."""
    quiet = desk.section.quiet_on(gate.on)
    if quiet is not None:
        return "problem.visit.quiet_day", {"name": quiet.name}
    cap = desk.section.visits_per_year
    if cap is not None and await _taken_up(gate.project.builder_uscc, gate.on.year) >= cap.most:
        return "problem.visit.cap_reached", {"most": cap.most}
    return None


def _new(change: Change, actor: Actor, gate: _Gate) -> EnterpriseVisit:
    return EnterpriseVisit(
        id=change.ids.new(),
        project_id=gate.project.id,
        uscc=gate.project.builder_uscc,
        enterprise=gate.project.builder,
        state=VisitState.PLANNED.value,
        planned_for_on=gate.plan.planned_for_on if gate.plan is not None else None,
        created_at=change.now,
        updated_at=change.now,
    )


def _unit(actor: Actor, gate: _Gate) -> str | None:
    """The unit whose visit it is: the officer's own, else the project's."""
    own = {one.unit for one in held_by(actor) if one.role in INSPECTORS and one.unit != EVERY_UNIT}
    return min(own) if own else gate.project.unit


def _facts(row: EnterpriseVisit, refused: str) -> dict[str, object]:
    return {
        "project": str(row.project_id),
        "uscc": row.uscc,
        "second": str(row.second_officer_id) if row.second_officer_id else None,
        "purpose": row.purpose,
        "basis": row.basis,
        "exception": row.exception,
        "distance_m": row.distance_m,
        "place_reason": row.place_reason,
        "refused": refused or None,
    }


def _told(row: EnterpriseVisit, change: Change, refused: str) -> EnterpriseVisitEvent:
    if not refused:
        return EnterpriseVisitToConfirm(
            visit_id=row.id,
            project_id=row.project_id,
            unit=row.unit,
            assignee_id=row.second_officer_id,
            enterprise=row.enterprise,
            at=change.now,
        )
    return EnterpriseVisitTurnedAway(
        visit_id=row.id, project_id=row.project_id, unit=row.unit, at=change.now, refused=refused
    )


def require_let_in(result: CheckedIn) -> UUID:
    """The visit. Raises Conflict for a check-in that was turned away, after it has been kept."""
    if result.refused:
        raise Conflict(result.refused, **dict(result.params))
    return result.visit_id
