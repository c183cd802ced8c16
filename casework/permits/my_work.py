"""What waits for somebody by name or by organ: visits to make or to confirm, and questions to answer. Shown to nobody else."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec
from tortoise.expressions import Q

from casework.actors import EVERY_UNIT, Actor
from casework.complaints.sight import held_by
from casework.permits.co_signing import organ_name
from casework.permits.desk import PermitDesk
from casework.permits.lifecycle import OPEN_STATES, CoSignatureState
from casework.permits.models import CoSignature, Permit, PermitApplication
from casework.permits.survey_models import PermitSurvey
from casework.roles import Role

SHOWN_AT_MOST = 100


class VisitLine(msgspec.Struct, frozen=True, kw_only=True):
    """A visit to make ("go") or to stand for as the other officer ("confirm"). `reference` is the application's."""

    id: UUID
    purpose: str
    wants: str
    reference: str
    kind_name: str
    place_text: str
    latitude: float | None
    longitude: float | None
    meeting_at: datetime | None
    due_at: datetime | None


class AskedLine(msgspec.Struct, frozen=True, kw_only=True):
    """A question to an organ that waits for its answer."""

    id: UUID
    application_id: UUID
    organ: str
    reference: str
    kind_name: str
    place_text: str
    asked_at: datetime
    due_at: datetime | None


async def my_visits(desk: PermitDesk, actor: Actor) -> tuple[VisitLine, ...]:
    """The visits that wait for this officer, what is due first at the top."""
    if actor.kind != "staff" or actor.id is None or Role.SURVEY_OFFICER not in actor.roles:
        return ()
    mine = Q(officer_id=actor.id) | Q(second_officer_id=actor.id)
    rows = PermitSurvey.filter(mine, confirmed_by_id=None, cancelled_at=None)
    waiting = [one for one in await rows.order_by("due_at", "id").limit(SHOWN_AT_MOST) if _waits(one, actor)]
    permits = await _permits([one.about_id for one in waiting if one.purpose != "application"])
    ids = [permits.get(one.about_id, one.about_id) for one in waiting]
    applications = await _applications(ids)
    return tuple(
        _visit(desk, one, applications[id])
        for one, id in zip(waiting, ids, strict=True)
        if id in applications and _is_wanted(one, applications[id])
    )


async def asked_of_us(desk: PermitDesk, actor: Actor) -> tuple[AskedLine, ...]:
    """What the organs in which this one holds the role of co-signer are asked, what is due first at the top."""
    units = {one.unit for one in held_by(actor) if one.role is Role.CO_SIGNER}
    if actor.kind != "staff" or not units:
        return ()
    rows = CoSignature.filter(state=CoSignatureState.ASKED.value, unit__isnull=False)
    if EVERY_UNIT not in units:
        rows = rows.filter(unit__in=sorted(units))
    found = await rows.order_by("due_at", "id").limit(SHOWN_AT_MOST)
    applications = await _applications([one.application_id for one in found])
    return tuple(
        AskedLine(
            id=one.id,
            application_id=row.id,
            organ=organ_name(desk, row, one),
            reference=row.reference,
            kind_name=desk.kind_name(row.kind),
            place_text=row.place_text,
            asked_at=one.asked_at,
            due_at=one.due_at,
        )
        for one in found
        if (row := applications.get(one.application_id)) is not None
    )


def _is_wanted(survey: PermitSurvey, row: PermitApplication) -> bool:
    """Of an application that is over nothing is looked at and nothing confirmed."""
    return row.anonymised_at is None and (survey.purpose != "application" or row.state in OPEN_STATES)


def _waits(survey: PermitSurvey, actor: Actor) -> bool:
    return survey.recorded_at is None or survey.recorded_by_id != actor.id


def _visit(desk: PermitDesk, survey: PermitSurvey, row: PermitApplication) -> VisitLine:
    return VisitLine(
        id=survey.id,
        purpose=survey.purpose,
        wants="go" if survey.recorded_at is None else "confirm",
        reference=row.reference,
        kind_name=desk.kind_name(row.kind),
        place_text=row.place_text,
        latitude=row.latitude,
        longitude=row.longitude,
        meeting_at=survey.meeting_at,
        due_at=survey.due_at,
    )


async def _permits(ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The application of each of these permits."""
    rows = await Permit.filter(id__in=list(ids)).only("id", "application_id") if ids else []
    return {one.id: one.application_id for one in rows}


async def _applications(ids: Collection[UUID]) -> dict[UUID, PermitApplication]:
    return {one.id: one for one in await PermitApplication.filter(id__in=list(ids))} if ids else {}
