"""A hearing from the call to its record (行政许可法 46 to 48).

It is called because somebody asked in time, because a law orders it for the kind, or because the bureau thinks it right. Its time does
not count (45). It is arranged with seven working days' notice, in public, under somebody who does not examine the application.
"""

from __future__ import annotations

from datetime import datetime
from typing import cast
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.wording import REASON_AT_MOST, digest, optional, required
from casework.documents.papers import Paper
from casework.permits import pauses
from casework.permits.desk import PermitDesk
from casework.permits.events import HearingArranged, HearingCalledOff, HearingHeld
from casework.permits.hearing_calls import (
    TABLE,
    call_within,
    cause_for,
    end_call,
    held_hearing,
    open_hearing,
    presider_name,
    tell_called,
)
from casework.permits.hearing_models import PermitHearing
from casework.permits.lifecycle import HEARING, HearingState
from casework.permits.models import PermitApplication, PermitPause
from casework.permits.moving import PermitStep, take, told
from casework.permits.papers import issue_about, particulars
from casework.permits.party_rows import for_others, issue_to, opened, parties_of
from casework.permits.presiding import require_presider
from casework.permits.wording import require_public
from kit.clock import local
from kit.db import Change
from kit.problems import Conflict, Invalid

BASIS_AT_MOST, PLACE_AT_MOST, ANNOUNCED_AT_MOST = 200, 200, 1_000
RECORD_AT_MOST, CONFIRMED_AT_MOST = 20_000, 1_000
NOTICE = "permits.limits.hearing_notice"
PUBLIC = ("ordered", "chosen")
"""Announced to everybody (46); the others where the bureau finds it necessary (48)."""


class Arrangement(msgspec.Struct, frozen=True, kw_only=True):
    """When, where, who leads it; `announcement` is what everybody reads of it."""

    meeting_at: datetime | None
    place: str
    presider_id: UUID
    announcement: str = ""


class Objection(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody says that the presiding person has an interest in it (48): who and why, and what the head decided."""

    who: str
    reason: str
    is_upheld: bool


async def call_hearing(
    desk: PermitDesk,
    actor: Actor,
    application_id: UUID,
    *,
    basis: str = "",
    expected_revision: int | None = None,
) -> None:
    """Call one because a law orders it, or because the bureau thinks it right. Raises Conflict while one is open."""

    async def fill(change: Change, row: PermitApplication) -> None:
        if not await call_within(desk, change, actor, row, cause_for(desk, row), basis):
            raise Conflict("problem.permit.hearing_open_already")

    async def follow(change: Change, row: PermitApplication) -> None:
        await tell_called(desk, change, actor, row)

    law = required(basis, field="hearing_basis", at_most=BASIS_AT_MOST)
    step = PermitStep(
        "call_hearing",
        None,
        {"basis": law},
        {"basis_digest": digest(desk.sealer, law)},
        fill=fill,
        follow=follow,
    )
    await take(desk, actor, application_id, step, expected_revision)


async def arrange_hearing(
    desk: PermitDesk,
    actor: Actor,
    application_id: UUID,
    wish: Arrangement,
    *,
    expected_revision: int | None = None,
) -> None:
    """Say when, where and under whom, with a notice to each; again, for another time or another presiding person.

    Raises NotFound, Forbidden, Conflict, Invalid naming the field.
    """
    place = required(wish.place, field="venue", at_most=PLACE_AT_MOST)
    announcement = optional(wish.announcement, field="announcement", at_most=ANNOUNCED_AT_MOST)
    require_public(announcement, field="announcement")

    async def fill(change: Change, row: PermitApplication) -> None:
        hearing = await open_hearing(row.id)
        HEARING.check("arrange", hearing.state, actor.roles, {"place": place})
        meeting_at = _checked_moment(desk, change, hearing, wish.meeting_at)
        if hearing.cause in PUBLIC and announcement is None:
            raise Invalid("problem.permit.hearing_announcement", field="announcement")
        await require_presider(desk, change, row, wish.presider_id)
        if wish.presider_id in _refused(desk, hearing):
            raise Invalid("problem.permit.presider_refused", field="presider_id")
        hearing.state, hearing.arranged_at = HearingState.ARRANGED.value, change.now
        hearing.meeting_at, hearing.place, hearing.announcement = meeting_at, place, announcement
        hearing.presider_id, hearing.updated_at = wish.presider_id, change.now
        await hearing.save()

    async def follow(change: Change, row: PermitApplication) -> None:
        hearing = await open_hearing(row.id)
        await _notify(desk, change, actor, row, hearing)
        more = {"meeting_at": hearing.meeting_at, "place": place, "officer_ids": (wish.presider_id,)}
        change.emit(told(desk, HearingArranged, row, change, more), row.id)

    said = wish.meeting_at.isoformat() if wish.meeting_at is not None else ""
    content = {"meeting_at": said, "presider_id": str(wish.presider_id)}
    step = PermitStep("arrange_hearing", None, {"place": place}, content, fill=fill, follow=follow)
    await take(desk, actor, application_id, step, expected_revision)


async def decide_objection(
    desk: PermitDesk,
    actor: Actor,
    application_id: UUID,
    objection: Objection,
    *,
    expected_revision: int | None = None,
) -> None:
    """The head decides on an objection to the presiding person; upheld, somebody else has to be found."""
    reason = required(objection.reason, field="reason", at_most=REASON_AT_MOST)
    who = required(objection.who, field="who", at_most=BASIS_AT_MOST)

    async def fill(change: Change, row: PermitApplication) -> None:
        hearing = await open_hearing(row.id)
        HEARING.check("object", hearing.state, actor.roles, {"reason": reason})
        said = [*_objections(desk, hearing), [str(hearing.presider_id), who, reason, objection.is_upheld]]
        hearing.objection_sealed = desk.sealer.seal(
            msgspec.json.encode(said).decode(), table=TABLE, column="objection_sealed", row_id=hearing.id
        )
        if objection.is_upheld:
            hearing.state, hearing.presider_id = HearingState.CALLED.value, None
        hearing.updated_at = change.now
        await hearing.save()

    content = {
        "is_upheld": objection.is_upheld,
        "who_digest": digest(desk.sealer, who),
        "reason_digest": digest(desk.sealer, reason),
    }
    step = PermitStep("decide_objection", None, {"reason": reason}, content, fill=fill)
    await take(desk, actor, application_id, step, expected_revision)


async def record_hearing(
    desk: PermitDesk,
    actor: Actor,
    application_id: UUID,
    *,
    record: str,
    confirmed: str,
    expected_revision: int | None = None,
) -> None:
    """It was held: the record, and who confirmed it by signing or would not (行政许可法 48). The clocks go on."""
    words = required(record, field="record", at_most=RECORD_AT_MOST)
    signed = required(confirmed, field="confirmed", at_most=CONFIRMED_AT_MOST)

    async def fill(change: Change, row: PermitApplication) -> None:
        hearing = await open_hearing(row.id)
        HEARING.check("hold", hearing.state, actor.roles, {"record": words})
        if hearing.meeting_at is None or hearing.meeting_at > change.now:
            raise Conflict("problem.permit.hearing_not_yet")
        for column, text in (("record_sealed", words), ("confirmed_sealed", signed)):
            setattr(hearing, column, desk.sealer.seal(text, table=TABLE, column=column, row_id=hearing.id))
        hearing.state, hearing.held_at = HearingState.HELD.value, hearing.meeting_at
        hearing.ended_at = hearing.updated_at = change.now
        await hearing.save()
        await _go_on(desk, change, row, hearing)

    async def follow(change: Change, row: PermitApplication) -> None:
        hearing = await held_hearing(row.id)
        if hearing is None:
            return
        data = msgspec.structs.replace(
            particulars(desk, row),
            findings=words,
            outcome=signed,
            meeting_at=hearing.meeting_at,
            venue=hearing.place or "",
            presider=await presider_name(hearing),
        )
        document = await issue_about(desk, change, actor, row, Paper.HEARING_RECORD, data)
        await PermitHearing.filter(id=hearing.id).update(document_id=document.id)

    content = {"record_digest": digest(desk.sealer, words), "confirmed_digest": digest(desk.sealer, signed)}
    step = PermitStep("record_hearing", HearingHeld, {"record": words}, content, fill=fill, follow=follow)
    await take(desk, actor, application_id, step, expected_revision)


async def call_off_hearing(
    desk: PermitDesk, actor: Actor, application_id: UUID, *, reason: str, expected_revision: int | None = None
) -> None:
    """Those who asked for it do not want it any more. What a law orders is held all the same."""
    why = required(reason, field="reason", at_most=REASON_AT_MOST)

    async def fill(change: Change, row: PermitApplication) -> None:
        hearing = await open_hearing(row.id)
        HEARING.check("call_off", hearing.state, actor.roles, {"reason": why})
        if hearing.cause == "ordered":
            raise Conflict("problem.permit.hearing_is_ordered")
        await end_call(desk, change, hearing, why)
        await _go_on(desk, change, row, hearing)

    content = {"reason_digest": digest(desk.sealer, why)}
    step = PermitStep("call_off_hearing", HearingCalledOff, {"reason": why}, content, fill=fill)
    await take(desk, actor, application_id, step, expected_revision)


def earliest_at(desk: PermitDesk, now: datetime) -> datetime:
    """Before that nobody would have had notice in time."""
    return desk.calendar.due(desk.section.limits.hearing_notice.limit(NOTICE), now).at


def _checked_moment(
    desk: PermitDesk, change: Change, hearing: PermitHearing, meeting_at: datetime | None
) -> datetime:
    earliest = earliest_at(desk, change.now)
    if meeting_at is None or meeting_at < earliest:
        raise Invalid("problem.permit.hearing_notice", field="hearing_at", at=_said(earliest))
    if meeting_at > max(hearing.due_at, earliest_at(desk, hearing.called_at)) and earliest < hearing.due_at:
        raise Invalid("problem.permit.hearing_too_far", field="hearing_at", at=_said(hearing.due_at))
    return meeting_at


async def _notify(
    desk: PermitDesk, change: Change, actor: Actor, row: PermitApplication, hearing: PermitHearing
) -> None:
    said = {
        "reasons": (desk.documents.catalogue.text(f"permit_said.hearing.{hearing.cause}"),),
        "basis": (hearing.basis,),
        "meeting_at": hearing.meeting_at,
        "venue": hearing.place or "",
        "presider": await presider_name(hearing),
    }
    own = msgspec.structs.replace(particulars(desk, row), **said)
    await issue_about(desk, change, actor, row, Paper.HEARING_NOTICE, own)
    for party in await parties_of(row.id):
        if not party.is_applicant:
            name = opened(desk, party, "name_sealed")
            data = msgspec.structs.replace(for_others(desk, row, name), **said)
            await issue_to(desk, change, actor, row, party, Paper.HEARING_NOTICE, data)


async def _go_on(desk: PermitDesk, change: Change, row: PermitApplication, hearing: PermitHearing) -> None:
    """The hearing's own pause is over; one for something else goes on."""
    lasting = await PermitPause.get_or_none(application_id=row.id, ended_at=None)
    if lasting is not None and lasting.id == hearing.pause_id:
        await pauses.end_open_pause(desk, change, row)


def _said(at: datetime) -> str:
    return f"{local(at):%Y-%m-%d %H:%M}"


def _objections(desk: PermitDesk, hearing: PermitHearing) -> list[list[object]]:
    if not hearing.objection_sealed:
        return []
    text = desk.sealer.open(
        hearing.objection_sealed, table=TABLE, column="objection_sealed", row_id=hearing.id
    )
    return cast("list[list[object]]", msgspec.json.decode(text))


def _refused(desk: PermitDesk, hearing: PermitHearing) -> set[UUID]:
    return {UUID(str(one[0])) for one in _objections(desk, hearing) if one[3]}
