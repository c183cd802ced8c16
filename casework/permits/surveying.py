"""The look at the place of an application: planned, put off, recorded, confirmed by the other officer, done again.

What is promised is reckoned to the moment of the record (`PermitApplication.surveyed_at`), of the first look where there
were several. Nothing is decided on a record that only one of the two stands for.
"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.wording import REASON_AT_MOST, digest, optional
from casework.permits import visits
from casework.permits.capturing import add_photo, has_proof, open_capture
from casework.permits.desk import PermitDesk
from casework.permits.events import SurveyRecorded, SurveyRescheduled, SurveyScheduled, SurveyWantedAgain
from casework.permits.lifecycle import OPEN_STATES
from casework.permits.models import PermitApplication
from casework.permits.moving import PermitStep, note, require_not_own, take, take_within
from casework.permits.papers import issue_survey
from casework.permits.survey_models import PermitSurvey
from casework.permits.visits import Measured, Visit
from casework.permits.wording import require_public
from kit.db import Change
from kit.problems import Conflict, Forbidden, Invalid

__all__ = ["add_photo", "confirm", "open_capture", "record", "reschedule", "schedule", "survey_again"]

FINDINGS_AT_MOST = 4_000
APPLICATION = ("application",)
Outcome = Literal["fits", "fits_less", "unfit"]
OUTCOMES: tuple[Outcome, ...] = ("fits", "fits_less", "unfit")


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """What two officers found. `fits_less`: a smaller area than was asked for would do, `measured.area_m2` says how much.

    `late_reason` is why they came later than promised; it can also be given until the decision.
    """

    findings: str
    outcome: Outcome
    measured: Measured = Measured()
    late_reason: str = ""
    no_photo_reason: str = ""
    """Why there is no photo that was taken on the visit's page and with its position. Published."""


async def schedule(
    desk: PermitDesk,
    actor: Actor,
    application_id: UUID,
    visit: Visit,
    *,
    expected_revision: int | None = None,
) -> UUID:
    """Send two officers; the visit's id. Raises NotFound, Forbidden, Conflict, Invalid naming the field."""

    async def fill(change: Change, row: PermitApplication) -> None:
        survey = await visits.plan(desk, change, actor, row, visit, "application", row.survey_due_at)
        await survey.save(force_create=True)

    step = PermitStep(
        "schedule_survey",
        SurveyScheduled,
        content=_said(desk, visit),
        telling=_told(visit),
        fill=fill,
    )
    row = await take(desk, actor, application_id, step, expected_revision)
    return (await _standing(row.id)).id


async def reschedule(
    desk: PermitDesk,
    actor: Actor,
    application_id: UUID,
    visit: Visit,
    *,
    expected_revision: int | None = None,
) -> UUID:
    """Another time, or other officers, and why; the new visit's id. The page for photos of the old one is worth nothing."""
    reason = optional(visit.reason, field="reason", at_most=REASON_AT_MOST)

    async def fill(change: Change, row: PermitApplication) -> None:
        if reason is None:
            raise Invalid("problem.permit.reschedule_reason", field="reason")
        old = await _standing(row.id)
        visits.require_open(old)
        old.cancelled_at, old.cancel_reason = change.now, reason
        await old.save(update_fields=["cancelled_at", "cancel_reason"])
        survey = await visits.plan(desk, change, actor, row, visit, "application", row.survey_due_at)
        await survey.save(force_create=True)

    step = PermitStep(
        "reschedule_survey",
        SurveyRescheduled,
        content=_said(desk, visit),
        telling=_told(visit),
        fill=fill,
    )
    row = await take(desk, actor, application_id, step, expected_revision)
    return (await _standing(row.id)).id


async def record(desk: PermitDesk, actor: Actor, survey_id: UUID, findings: Findings) -> None:
    """One of the two writes down what they found. Raises NotFound, Forbidden, Conflict, Invalid naming the field."""
    words = optional(findings.findings, field="findings", at_most=FINDINGS_AT_MOST)
    late = optional(findings.late_reason, field="late_reason", at_most=REASON_AT_MOST)
    require_public(late)
    no_photo = optional(findings.no_photo_reason, field="no_photo_reason", at_most=REASON_AT_MOST)
    require_public(no_photo, field="no_photo_reason")
    if findings.outcome not in OUTCOMES:
        raise Invalid("problem.permit.survey_outcome", field="outcome")

    async def work(change: Change) -> PermitApplication | None:
        row, _, survey = await visits.locked(change, actor, survey_id, APPLICATION)
        visits.require_officer(actor, survey)
        if survey.recorded_by_id == actor.id and (survey.findings, survey.outcome) == (
            words,
            findings.outcome,
        ):
            return row
        visits.require_open(survey)

        async def fill(change: Change, row: PermitApplication) -> None:
            _fill(survey, row, findings)
            if not await has_proof(survey.id):
                if no_photo is None:
                    raise Invalid("problem.permit.survey_proof", field="no_photo_reason")
                survey.no_photo_reason = no_photo
            survey.findings, survey.outcome = words, findings.outcome
            survey.recorded_at, survey.recorded_by_id = change.now, actor.id
            survey.arrived_at = survey.arrived_at or change.now
            survey.late_reason = late or survey.late_reason
            await survey.save()
            row.surveyed_at = row.surveyed_at or change.now

        content = {
            "survey": survey.id,
            "outcome": findings.outcome,
            "measured_area": str(findings.measured.area_m2 or ""),
            "findings_digest": digest(desk.sealer, words),
        }
        step = PermitStep("record_survey", SurveyRecorded, {"findings": words}, content, fill=fill)
        return row if await take_within(desk, change, actor, row, step) else None

    require_not_own(await desk.db.change(work))


async def confirm(desk: PermitDesk, actor: Actor, survey_id: UUID) -> None:
    """The other officer stands for it too; the record is issued as a paper then. Raises NotFound, Forbidden, Conflict."""

    async def work(change: Change) -> None:
        row, _, survey = await visits.locked(change, actor, survey_id, APPLICATION)
        if not confirm_row(change, actor, survey):
            return
        if row.state not in OPEN_STATES:
            raise Conflict("problem.permit.survey_too_late")
        await survey.save(update_fields=["confirmed_by_id"])
        await note(change, actor, row, "confirm_survey", {"survey": survey.id})
        await issue_survey(desk, change, actor, row, survey)

    await desk.db.change(work)


def confirm_row(change: Change, actor: Actor, survey: PermitSurvey) -> bool:
    """Write into the row that the other officer stands for it; False if they did before. Raises Forbidden, Conflict."""
    visits.require_officer(actor, survey)
    if survey.recorded_at is None or survey.cancelled_at is not None:
        raise Conflict("problem.permit.survey_not_recorded")
    if survey.recorded_by_id == actor.id:
        raise Forbidden("problem.permit.confirm_own_record")
    if survey.confirmed_by_id is not None:
        return False
    survey.confirmed_by_id = actor.id
    return True


async def survey_again(
    desk: PermitDesk, actor: Actor, application_id: UUID, *, ground: str, expected_revision: int | None = None
) -> None:
    """The place is to be looked at once more, and why. What was recorded stays."""
    why = optional(ground, field="ground", at_most=REASON_AT_MOST)
    step = PermitStep("survey_again", SurveyWantedAgain, {"ground": why}, {"ground": why})
    await take(desk, actor, application_id, step, expected_revision)


async def last_survey(application_id: UUID) -> PermitSurvey | None:
    """The visit that counts: the latest that was not called off."""
    rows = PermitSurvey.filter(about_id=application_id, purpose="application", cancelled_at=None)
    return await rows.order_by("-scheduled_at", "-id").first()


def _fill(survey: PermitSurvey, row: PermitApplication, findings: Findings) -> None:
    visits.fill_measured(survey, findings.measured)
    area = survey.measured_area_m2
    if area is None and row.area_m2 is not None and findings.outcome != "unfit":
        raise Invalid("problem.permit.measured_area_missing", field="measured_area")
    if findings.outcome == "fits_less" and (area is None or (row.area_m2 or area + 1) <= area):
        raise Invalid("problem.permit.measured_not_less", field="measured_area")


def _told(visit: Visit) -> dict[str, object]:
    return {"meeting_at": visit.meeting_at, "officer_ids": (visit.officer_id, visit.second_officer_id)}


def _said(desk: PermitDesk, visit: Visit) -> dict[str, object]:
    said: dict[str, object] = {"officers": [visit.officer_id, visit.second_officer_id]}
    if visit.meeting_at is not None:
        said["meeting_at"] = visit.meeting_at.isoformat()
    if visit.reason:
        said["reason_digest"] = digest(desk.sealer, visit.reason)
    return said


async def _standing(application_id: UUID) -> PermitSurvey:
    survey = await last_survey(application_id)
    if survey is None:
        raise Conflict("problem.permit.survey_not_planned")
    return survey
