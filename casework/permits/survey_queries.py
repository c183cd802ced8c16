"""One visit as its officers see it, with its photos, and who else sees a photo. What waits for them: `my_work`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.permissions import Operation, may
from casework.permits.assembly import staff_names
from casework.permits.capturing import SurveyPhotoView, photos_of
from casework.permits.desk import PermitDesk
from casework.permits.lifecycle import OPEN_STATES
from casework.permits.models import Permit, PermitApplication
from casework.permits.papers import said_findings
from casework.permits.sight import may_see
from casework.permits.survey_models import PermitSurvey, PermitSurveyPhoto
from casework.permits.visits import NOT_FOUND, is_officer
from kit.problems import NotFound


class VisitFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A visit and where it stands. `permit` is the number of the permit it is about, "" for an application.

    `is_mine_to_confirm`: the other one has recorded it. `is_recorded_by_me`: it waits for the other one.
    """

    id: UUID
    purpose: str
    reference: str
    permit: str
    kind_name: str
    place_text: str
    latitude: float | None
    longitude: float | None
    area_m2: float | None
    meeting_at: datetime | None
    due_at: datetime | None
    arrived_at: datetime | None
    recorded_at: datetime | None
    cancelled_at: datetime | None
    officers: tuple[str, str]
    is_mine: bool
    is_mine_to_confirm: bool
    is_recorded_by_me: bool
    is_confirmed: bool


class VisitView(msgspec.Struct, frozen=True, kw_only=True):
    """One visit with what was found. `latitude`, `longitude`: where the phone was."""

    line: VisitFacts
    application_id: UUID
    permit_id: UUID | None
    photos: tuple[SurveyPhotoView, ...]
    findings: str
    outcome: str
    measured_area_m2: float | None
    late_reason: str
    latitude: float | None
    longitude: float | None
    accuracy_m: float | None
    cancel_reason: str


async def visit_view(desk: PermitDesk, viewer: Actor, survey_id: UUID) -> VisitView:
    """One visit for its officers, and for whoever sees the application and may know the applicant. Raises NotFound."""
    survey = await PermitSurvey.get_or_none(id=survey_id)
    row, permit = await _about(survey) if survey is not None else (None, None)
    if survey is None or row is None or not (is_officer(viewer, survey) or await _sees(viewer, row)):
        raise NotFound(NOT_FOUND)
    names = await staff_names((survey.officer_id, survey.second_officer_id))
    return VisitView(
        line=_line(desk, viewer, survey, row, permit, names),
        application_id=row.id,
        permit_id=permit.id if permit is not None else None,
        photos=await photos_of(survey.id),
        findings=said_findings(desk, survey),
        outcome=survey.outcome or "",
        measured_area_m2=survey.measured_area_m2,
        late_reason=survey.late_reason or "",
        latitude=survey.latitude,
        longitude=survey.longitude,
        accuracy_m=survey.accuracy_m,
        cancel_reason=survey.cancel_reason or "",
    )


async def file_of_survey_photo(viewer: Actor, photo_id: UUID) -> UUID | None:
    """The file of a photo the viewer may see; organs that are asked see what the officers saw. None for all else."""
    photo = await PermitSurveyPhoto.get_or_none(id=photo_id)
    survey = await PermitSurvey.get_or_none(id=photo.survey_id) if photo is not None else None
    if photo is None or survey is None:
        return None
    if is_officer(viewer, survey):
        return photo.file_id
    row, _ = await _about(survey)
    return photo.file_id if row is not None and await may_see(viewer, row) else None


async def _sees(viewer: Actor, row: PermitApplication) -> bool:
    return may(viewer, Operation.SEE_APPLICANT) and await may_see(viewer, row)


async def _about(survey: PermitSurvey) -> tuple[PermitApplication | None, Permit | None]:
    if survey.purpose == "application":
        return await PermitApplication.get_or_none(id=survey.about_id), None
    permit = await Permit.get_or_none(id=survey.about_id)
    row = await PermitApplication.get_or_none(id=permit.application_id) if permit is not None else None
    return row, permit


def _line(
    desk: PermitDesk,
    viewer: Actor,
    survey: PermitSurvey,
    row: PermitApplication,
    permit: Permit | None,
    names: dict[UUID, str],
) -> VisitFacts:
    is_mine, is_recorded = is_officer(viewer, survey), survey.recorded_at is not None
    by_me = is_recorded and survey.recorded_by_id == viewer.id
    is_confirmed = survey.confirmed_by_id is not None
    is_over = survey.purpose == "application" and row.state not in OPEN_STATES
    return VisitFacts(
        id=survey.id,
        purpose=survey.purpose,
        reference=row.reference,
        permit=permit.number if permit is not None else "",
        kind_name=desk.kind_name(row.kind),
        place_text=permit.place_text if permit is not None else row.place_text,
        latitude=row.latitude,
        longitude=row.longitude,
        area_m2=permit.area_m2 if permit is not None else row.area_m2,
        meeting_at=survey.meeting_at,
        due_at=survey.due_at,
        arrived_at=survey.arrived_at,
        recorded_at=survey.recorded_at,
        cancelled_at=survey.cancelled_at,
        officers=(names.get(survey.officer_id, ""), names.get(survey.second_officer_id, "")),
        is_mine=is_mine,
        is_mine_to_confirm=is_mine and is_recorded and not (by_me or is_confirmed or is_over),
        is_recorded_by_me=by_me,
        is_confirmed=is_confirmed,
    )
