"""Two officers who go and look: whom to send, and the row of their visit, whatever it is about.

行政许可法 34 asks for two at least. A visit is about an application, or about a permit whose use or clean-up is looked at.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.place import Position, checked
from casework.complaints.wording import REASON_AT_MOST, optional
from casework.people.staff import staff_ids_with_role
from casework.permits.desk import PermitDesk
from casework.permits.models import Permit, PermitApplication
from casework.permits.own_application import is_own
from casework.permits.sight import may_see
from casework.permits.survey_models import PermitSurvey
from casework.permits.values import AREA_MOST_M2
from casework.permits.wording import require_public
from casework.roles import Role
from kit.clock import local
from kit.db import Change
from kit.geojson import GeometryFault, geometry_text, polygons_of
from kit.problems import Conflict, Forbidden, Invalid, NotFound

Purpose = Literal["application", "restoration", "check"]
NOT_FOUND = "problem.permit.survey_not_found"
AHEAD_MOST = timedelta(days=90)
SLACK = timedelta(minutes=5)
"""A form takes a while to fill in: "now" may lie a little back."""


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """Who goes, and at which agreed moment; None: as soon as they get there. `reason` is why, where that is later than
    promised, or another visit was planned before.
    """

    officer_id: UUID
    second_officer_id: UUID
    meeting_at: datetime | None = None
    reason: str = ""


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured there. `outline` is a GeoJSON polygon in WGS-84; `accuracy_m` that of the phone's position."""

    area_m2: float | None = None
    position: Position | None = None
    accuracy_m: float | None = None
    outline: str | None = None


async def plan(
    desk: PermitDesk,
    change: Change,
    actor: Actor,
    row: PermitApplication,
    visit: Visit,
    purpose: Purpose,
    due_at: datetime | None,
    about_id: UUID | None = None,
) -> PermitSurvey:
    """The unsaved row of a visit; `row` is the application it is about, or that of the permit `about_id`.

    Raises Invalid naming the field.
    """
    await _check_officers(desk, change, row, visit)
    reason = optional(visit.reason, field="reason", at_most=REASON_AT_MOST)
    require_public(reason, field="reason")
    meeting_at = visit.meeting_at
    if meeting_at is not None:
        if not change.now - SLACK <= meeting_at <= change.now + AHEAD_MOST:
            raise Invalid("problem.permit.meeting_time", field="meeting_at")
        if due_at is not None and meeting_at > due_at and reason is None:
            raise Invalid("problem.permit.survey_late_reason", field="reason")
    return PermitSurvey(
        id=change.ids.new(),
        purpose=purpose,
        about_id=about_id or row.id,
        officer_id=visit.officer_id,
        second_officer_id=visit.second_officer_id,
        scheduled_by_id=actor.id,
        scheduled_at=change.now,
        meeting_at=meeting_at,
        due_at=due_at,
        late_reason=reason if due_at is not None and (meeting_at or change.now) > due_at else None,
    )


async def locked(
    change: Change, actor: Actor, survey_id: UUID, purposes: Collection[str]
) -> tuple[PermitApplication, Permit | None, PermitSurvey]:
    """The application, the permit if that is what it is about, and the visit; locked in this sequence. Raises NotFound."""
    found = await PermitSurvey.get_or_none(id=survey_id)
    if found is None or found.purpose not in purposes:
        raise NotFound(NOT_FOUND)
    permit = None
    application_id = found.about_id
    if found.purpose != "application":
        permit = await Permit.get_or_none(id=found.about_id)
        application_id = permit.application_id if permit is not None else found.about_id
    row = await change.lock(PermitApplication, application_id)
    if row is None or not (is_officer(actor, found) or await may_see(actor, row)):
        raise NotFound(NOT_FOUND)
    if permit is not None:
        permit = await change.lock(Permit, permit.id)
    survey = await change.lock(PermitSurvey, survey_id)
    if survey is None:
        raise NotFound(NOT_FOUND)
    return row, permit, survey


async def call_off(change: Change, about_id: UUID) -> None:
    """Nobody needs to go there any more: what was not recorded is called off."""
    waiting = PermitSurvey.filter(about_id=about_id, recorded_at=None, cancelled_at=None)
    await waiting.update(cancelled_at=change.now)


def is_officer(actor: Actor, survey: PermitSurvey) -> bool:
    """Whether it is one of the two who go. Nobody stands in for them: what counts is who was there."""
    return actor.kind == "staff" and actor.id in (survey.officer_id, survey.second_officer_id)


def require_officer(actor: Actor, survey: PermitSurvey) -> None:
    """Raise Forbidden for anybody else."""
    if Role.SURVEY_OFFICER not in actor.roles or not is_officer(actor, survey):
        raise Forbidden("problem.permit.not_your_survey")


def require_open(survey: PermitSurvey) -> None:
    """Raise Conflict for a visit that was called off or is recorded already."""
    if survey.cancelled_at is not None:
        raise Conflict("problem.permit.survey_called_off")
    if survey.recorded_at is not None:
        raise Conflict("problem.permit.survey_recorded")


def fill_measured(survey: PermitSurvey, measured: Measured) -> None:
    """Write what was measured into the row. Raises Invalid naming the field."""
    if measured.area_m2 is not None and not 0 < measured.area_m2 <= AREA_MOST_M2:
        raise Invalid("problem.permit.measured_area", field="measured_area", most=int(AREA_MOST_M2))
    survey.measured_area_m2 = measured.area_m2
    if measured.position is not None:
        point = checked(measured.position).as_wgs84()
        survey.latitude, survey.longitude = point.latitude, point.longitude
        accuracy = measured.accuracy_m
        survey.accuracy_m = accuracy if accuracy is not None and 0 <= accuracy < 100_000 else None
    survey.outline = outline_text(measured.outline)


def outline_text(outline: str | None) -> str | None:
    """A drawn outline in its one written form. Raises Invalid for what is none."""
    if not outline:
        return None
    try:
        return geometry_text(polygons_of(msgspec.json.decode(outline)))
    except (msgspec.MsgspecError, GeometryFault, ValueError, OverflowError):
        raise Invalid("problem.permit.outline_shape", field="outline") from None


async def _check_officers(desk: PermitDesk, change: Change, row: PermitApplication, visit: Visit) -> None:
    if visit.officer_id == visit.second_officer_id:
        raise Invalid("problem.permit.two_officers", field="second_officer")
    able = await staff_ids_with_role(Role.SURVEY_OFFICER, row.unit, local(change.now).date())
    for id, name in ((visit.officer_id, "officer"), (visit.second_officer_id, "second_officer")):
        if id not in able:
            raise Invalid("problem.permit.no_survey_officer", field=name)
        if await is_own(desk, Actor(kind="staff", id=id, roles=frozenset()), row):
            raise Invalid("problem.permit.officer_applied", field=name)
