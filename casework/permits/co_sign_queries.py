"""Questions to other organs as their own people see them: one of them, and what was said last. What waits: `my_work`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from tortoise.expressions import Q

from casework.actors import EVERY_UNIT, Actor
from casework.complaints.sight import held_by
from casework.permissions import Operation, require
from casework.permits.co_signing import is_late, organ_name
from casework.permits.desk import PermitDesk
from casework.permits.lifecycle import OPEN_STATES, CoSignatureState
from casework.permits.models import CoSignature, PermitApplication
from casework.roles import Role
from kit.problems import NotFound

SHOWN_AT_MOST = 100


class QuestionView(msgspec.Struct, frozen=True, kw_only=True):
    """One question. `may_answer`: the application is still open, so that an answer may be given or put right."""

    id: UUID
    revision: int
    reference: str
    organ: str
    kind_name: str
    place_text: str
    area_m2: float | None
    state: str
    opinion: str
    words: str
    basis: str
    asked_at: datetime
    due_at: datetime | None
    answered_at: datetime | None
    is_late: bool
    may_answer: bool


async def answered_by_us(desk: PermitDesk, viewer: Actor) -> tuple[QuestionView, ...]:
    """What the viewer's organs said last. Raises Forbidden."""
    require(viewer, Operation.CO_SIGN_PERMITS)
    rows = CoSignature.filter(_mine(viewer), answered_at__isnull=False).order_by("-answered_at", "-id")
    found = await rows.limit(SHOWN_AT_MOST)
    ids = [one.application_id for one in found]
    about = {one.id: one for one in await PermitApplication.filter(id__in=ids)} if ids else {}
    now = desk.db.clock.now()
    return tuple(
        _line(desk, one, about[one.application_id], now) for one in found if one.application_id in about
    )


async def asked_view(desk: PermitDesk, viewer: Actor, id: UUID) -> QuestionView:
    """One question of the viewer's organs. Raises NotFound."""
    require(viewer, Operation.CO_SIGN_PERMITS)
    one = await CoSignature.filter(_mine(viewer), id=id).first()
    row = await PermitApplication.get_or_none(id=one.application_id) if one is not None else None
    if one is None or row is None:
        raise NotFound("problem.permit.co_signature_not_found")
    return _line(desk, one, row, desk.db.clock.now())


def _mine(viewer: Actor) -> Q:
    units = {one.unit for one in held_by(viewer) if one.role is Role.CO_SIGNER}
    return Q(unit__isnull=False) if EVERY_UNIT in units else Q(unit__in=sorted(units))


def _line(desk: PermitDesk, one: CoSignature, row: PermitApplication, now: datetime) -> QuestionView:
    may = row.state in OPEN_STATES and one.state in (CoSignatureState.ASKED, CoSignatureState.ANSWERED)
    return QuestionView(
        id=one.id,
        revision=one.revision,
        reference=row.reference,
        organ=organ_name(desk, row, one),
        kind_name=desk.kind_name(row.kind),
        place_text=row.place_text,
        area_m2=row.area_m2,
        state=one.state,
        opinion=one.opinion or "",
        words=one.words or "",
        basis=one.basis,
        asked_at=one.asked_at,
        due_at=one.due_at,
        answered_at=one.answered_at,
        is_late=is_late(one, now),
        may_answer=may,
    )
