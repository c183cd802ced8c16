"""Two officers look at a permit in use, or at the place once it is over: planned, recorded, confirmed by the other one.

A place is clean again when both stand for it.
"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.sight import require_on
from casework.complaints.wording import digest, optional
from casework.permissions import Operation, may
from casework.permits import visits
from casework.permits.desk import PermitDesk
from casework.permits.events import PermitFound, PermitRestored
from casework.permits.lifecycle import PermitState
from casework.permits.models import Permit, PermitApplication
from casework.permits.moving import OWN, note, refused_as_own
from casework.permits.permit_moving import (
    PermitMove,
    locked_permit,
    require_done,
    take_permit_within,
)
from casework.permits.survey_models import PermitSurvey
from casework.permits.surveying import FINDINGS_AT_MOST, confirm_row
from casework.permits.visits import Measured, Visit
from kit.db import Change
from kit.problems import Conflict, Forbidden, Invalid

Purpose = Literal["restoration", "check"]
PURPOSES: tuple[Purpose, ...] = ("restoration", "check")
IN_ORDER, NOT_IN_ORDER = "in_order", "not"


class CheckFindings(msgspec.Struct, frozen=True, kw_only=True):
    """What was found: `is_in_order` where it is used as granted, or the place is clean."""

    findings: str
    is_in_order: bool
    measured: Measured = Measured()


async def plan_check(desk: PermitDesk, actor: Actor, permit_id: UUID, purpose: Purpose, visit: Visit) -> UUID:
    """Send two officers; the visit's id. Officers may plan their own. Raises NotFound, Forbidden, Conflict, Invalid."""
    if purpose not in PURPOSES:
        raise Invalid("problem.permit.purpose", field="purpose")

    async def work(change: Change) -> UUID | None:
        row, permit = await locked_permit(change, actor, permit_id)
        operation = Operation.KEEP_PERMITS
        if may(actor, Operation.SURVEY_PERMITS):
            operation = Operation.SURVEY_PERMITS
        require_on(actor, operation, row.unit, row.assignee_id)
        if await refused_as_own(desk, change, actor, row, "permit_plan_check"):
            return None
        _require_something(permit, purpose)
        due_at = permit.restore_by_at if purpose == "restoration" else None
        survey = await visits.plan(desk, change, actor, row, visit, purpose, due_at, permit.id)
        await survey.save(force_create=True)
        content = {"permit": permit.number, "purpose": purpose, "officers": _pair(survey)}
        await note(change, actor, row, "permit_plan_check", content)
        return survey.id

    planned = await desk.db.change(work)
    if planned is None:
        raise Forbidden(OWN)
    return planned


async def record_check(desk: PermitDesk, actor: Actor, survey_id: UUID, found: CheckFindings) -> None:
    """One of the two writes down what they found. Raises NotFound, Forbidden, Conflict, Invalid naming the field."""
    words = optional(found.findings, field="findings", at_most=FINDINGS_AT_MOST)
    outcome = IN_ORDER if found.is_in_order else NOT_IN_ORDER

    async def work(change: Change) -> bool:
        row, permit, survey = await visits.locked(change, actor, survey_id, PURPOSES)
        visits.require_officer(actor, survey)
        if survey.recorded_by_id == actor.id and (survey.findings, survey.outcome) == (words, outcome):
            return True
        visits.require_open(survey)
        if permit is None:
            raise Conflict("problem.permit.permit_not_found")

        async def fill(change: Change, row: PermitApplication, permit: Permit) -> None:
            visits.fill_measured(survey, found.measured)
            survey.findings, survey.outcome = words, outcome
            survey.recorded_at, survey.recorded_by_id = change.now, actor.id
            survey.arrived_at = survey.arrived_at or change.now
            await survey.save()

        content = {"survey": survey.id, "outcome": outcome, "findings_digest": digest(desk.sealer, words)}
        move = "find" if survey.purpose == "check" else "find_dirty"
        step = PermitMove(move, PermitFound, {"findings": words}, content, fill)
        return await take_permit_within(desk, change, actor, row, permit, step)

    require_done(await desk.db.change(work))


async def confirm_check(desk: PermitDesk, actor: Actor, survey_id: UUID) -> None:
    """The other officer stands for it too; a clean place is restored with that. Raises NotFound, Forbidden, Conflict."""

    async def work(change: Change) -> bool:
        row, permit, survey = await visits.locked(change, actor, survey_id, PURPOSES)
        if permit is None or not confirm_row(change, actor, survey):
            return True
        await survey.save(update_fields=["confirmed_by_id"])
        await note(change, actor, row, "confirm_survey", {"survey": survey.id})
        if survey.purpose == "check" or survey.outcome != IN_ORDER:
            return True

        async def fill(change: Change, row: PermitApplication, permit: Permit) -> None:
            permit.restored_at = change.now

        step = PermitMove("confirm_restored", PermitRestored, fill=fill)
        return await take_permit_within(desk, change, actor, row, permit, step)

    require_done(await desk.db.change(work))


async def checks_of(permit_id: UUID) -> list[PermitSurvey]:
    """The visits about a permit, the latest first."""
    return await PermitSurvey.filter(about_id=permit_id).order_by("-scheduled_at", "-id")


def _require_something(permit: Permit, purpose: Purpose) -> None:
    if purpose == "check" and permit.state != PermitState.IN_FORCE:
        raise Conflict("problem.permit.replaced_gone")
    if purpose == "restoration" and (permit.restore_by_at is None or permit.restored_at is not None):
        raise Conflict("problem.permit.nothing_to_restore")


def _pair(survey: PermitSurvey) -> list[UUID]:
    return [survey.officer_id, survey.second_officer_id]
