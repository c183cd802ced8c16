"""Hearings (行政处罚法 63, 64): appointed with notice long enough before, held by nobody who looked into the case, free of charge."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.wording import required
from casework.documents.issuing import void
from casework.documents.models import IssuedDocument
from casework.documents.papers import Paper
from casework.penalties.case_events import PenaltyHearingAppointed, PenaltyHearingRecorded
from casework.penalties.case_lifecycle import CaseState
from casework.penalties.case_limits import earliest_hearing_on
from casework.penalties.case_moving import CaseStep, take
from casework.penalties.case_papers import ABOUT, hearing_notice
from casework.penalties.case_requests import HEARING, RequestState, settle
from casework.penalties.desk import PenaltyDesk
from casework.penalties.models import PenaltyCase
from casework.people.models import Staff
from kit.clock import local
from kit.db import Change
from kit.problems import Conflict, Invalid

PLACE_AT_MOST, RECORD_AT_MOST = 200, 4_000


class Appointment(msgspec.Struct, frozen=True, kw_only=True):
    """When and where a hearing is held, and by whom."""

    at: datetime
    place: str
    host_id: UUID | None


async def appoint_hearing(
    desk: PenaltyDesk,
    actor: Actor,
    case_id: UUID,
    appointed: Appointment,
    expected_revision: int | None = None,
) -> None:
    """Appoint it, or appoint it anew, with its paper. Raises NotFound, Forbidden, Conflict, Invalid (`field` says where)."""
    place = required(appointed.place, field="place", at_most=PLACE_AT_MOST)

    async def fill(change: Change, row: PenaltyCase) -> None:
        first = earliest_hearing_on(desk, change.now)
        if local(appointed.at).date() < first:
            days = desk.section.limits.hearing_ahead.working_days or 0
            on = {"year": first.year, "month": first.month, "day": first.day}
            raise Invalid("problem.penalty_case.hearing_too_soon", field="at", days=days, **on)
        if not desk.calendar.is_working_day(local(appointed.at).date()):
            raise Invalid("problem.penalty_case.hearing_day", field="at")
        host = Staff.filter(id=appointed.host_id, left_at=None)
        if appointed.host_id is None or not await host.exists():
            raise Invalid("problem.penalty_case.host", field="host")
        if appointed.host_id in (row.officer_id, row.second_officer_id):
            # 行政处罚法 64: never somebody who looked into the case.
            raise Invalid("problem.penalty_case.host_looked_into_it", field="host")
        row.hearing_at, row.hearing_place = appointed.at, place
        row.hearing_host_id = appointed.host_id
        await settle(change, actor, row.id, HEARING, RequestState.ALLOWED)

    async def follow(change: Change, row: PenaltyCase) -> None:
        earlier = IssuedDocument.filter(
            about_kind=ABOUT, about_id=row.id, kind=Paper.PENALTY_HEARING.value, voided_at=None
        )
        why = desk.documents.catalogue.text("penalty_case.appointed_anew")
        for paper in await earlier.order_by("id"):
            await void(change, actor, paper.id, why)
        await hearing_notice(desk, change, actor, row)

    step = CaseStep(
        "appoint_hearing",
        PenaltyHearingAppointed,
        {"place": place},
        {"at": appointed.at.isoformat(), "host": str(appointed.host_id)},
        telling={"meeting_at": appointed.at},
        fill=fill,
        follow=follow,
    )
    await take(desk, actor, case_id, step, expected_revision)


async def record_hearing(
    desk: PenaltyDesk, actor: Actor, case_id: UUID, words: str, expected_revision: int | None = None
) -> None:
    """Write down what came of it; the decision goes by that record (行政处罚法 65). Raises as `appoint_hearing`."""
    said = required(words, field="words", at_most=RECORD_AT_MOST)

    async def fill(change: Change, row: PenaltyCase) -> None:
        if row.state == CaseState.HEARING_APPOINTED and (
            row.hearing_at is None or row.hearing_at > change.now
        ):
            raise Conflict("problem.penalty_case.not_heard_yet")
        row.hearing_record, row.hearing_recorded_at = said, change.now

    step = CaseStep("record_hearing", PenaltyHearingRecorded, {"words": said}, fill=fill)
    await take(desk, actor, case_id, step, expected_revision)
