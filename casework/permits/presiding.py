"""Who may lead a hearing: somebody who does not examine the application (行政许可法 48), nor applied for it."""

from __future__ import annotations

from uuid import UUID

from casework.actors import Actor
from casework.people.staff import staff_ids_with_role
from casework.permits.desk import PermitDesk
from casework.permits.models import PermitApplication
from casework.permits.moving import ACTION
from casework.permits.own_application import is_own
from casework.permits.survey_models import PermitSurvey
from casework.roles import Role
from kit.audit.models import AuditEntry
from kit.clock import local
from kit.db import Change
from kit.problems import Invalid

PRESIDERS = (Role.APPROVER, Role.HEAD, Role.LEGAL_REVIEWER)
_EXAMINING = (
    "accept",
    "request_correction",
    "record_survey",
    "confirm_survey",
    "tell_party",
    "weigh_statement",
    "explain_delay",
    "pause",
)
"""Whoever made one of these moves has examined it."""


async def examiners_of(row: PermitApplication) -> frozenset[UUID]:
    """Members of staff who examine the application: who handles it, who looked at the place, who moved it on."""
    acts = [f"{ACTION}{one}" for one in _EXAMINING]
    entries = AuditEntry.filter(case_id=row.id, action__in=acts, actor_kind="staff")
    found = {one.actor_id for one in await entries} | {row.assignee_id}
    surveys = PermitSurvey.filter(about_id=row.id, purpose="application", cancelled_at=None)
    for one in await surveys:
        found |= {one.officer_id, one.second_officer_id}
    return frozenset(id for id in found if id is not None)


async def require_presider(
    desk: PermitDesk, change: Change, row: PermitApplication, presider_id: UUID
) -> None:
    """Raise Invalid for somebody who may not lead the hearing."""
    on = local(change.now).date()
    able = {id for role in PRESIDERS for id in await staff_ids_with_role(role, None, on)}
    if presider_id not in able:
        raise Invalid("problem.permit.no_presider", field="presider_id")
    if presider_id in await examiners_of(row):
        raise Invalid("problem.permit.presider_examines", field="presider_id")
    if await is_own(desk, Actor(kind="staff", id=presider_id, roles=frozenset()), row):
        raise Invalid("problem.permit.presider_applied", field="presider_id")
