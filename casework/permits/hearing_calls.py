"""A hearing is called, and called off with its application: within the moves it follows from. Which one is open, which was held."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from casework.actors import Actor, clock
from casework.people.models import Staff
from casework.permits import pauses
from casework.permits.desk import PermitDesk
from casework.permits.events import HearingCalled
from casework.permits.hearing_models import PermitHearing
from casework.permits.lifecycle import HEARING, HearingState
from casework.permits.models import PermitApplication, PermitPause
from casework.permits.moving import note, told
from casework.permits.papers import said_basis
from kit.db import Change
from kit.problems import Conflict

TABLE = "permit_hearing"
HOLD = "permits.limits.hearing_hold"
Cause = Literal["asked", "ordered", "chosen"]
OPEN = (HearingState.CALLED.value, HearingState.ARRANGED.value)


async def call_within(
    desk: PermitDesk, change: Change, actor: Actor, row: PermitApplication, cause: Cause, basis: str = ""
) -> bool:
    """Call one within a move; whether it was: not while one is open, nor twice for those who ask. The clocks stand still."""
    known = PermitHearing.filter(application_id=row.id)
    settled = (*OPEN, HearingState.HELD.value) if cause == "asked" else OPEN
    if await known.filter(state__in=settled).exists():
        return False
    text, limit = desk.documents.catalogue.text, desk.section.limits.hearing_hold
    law = basis.strip() or text("permit_said.hearing_basis")
    one = await pauses.begin_within(
        change, actor, row, "hearing", text(f"permit_said.hearing.{cause}"), law, limit.limit(HOLD).amount
    )
    hearing = PermitHearing(
        id=change.ids.new(),
        application_id=row.id,
        reference=row.reference,
        unit=row.unit,
        cause=cause,
        basis=law,
        state=HEARING.initial,
        called_at=change.now,
        due_at=desk.calendar.due(limit.limit(HOLD), change.now).at,
        pause_id=one.id if one is not None else None,
        updated_at=change.now,
    )
    await hearing.save(force_create=True)
    return True


async def tell_called(desk: PermitDesk, change: Change, actor: Actor, row: PermitApplication) -> None:
    """What follows a move that called one: the paper on the time that does not count, and the event. Nothing if none was."""
    hearing = await PermitHearing.get_or_none(application_id=row.id, called_at=change.now, state=OPEN[0])
    if hearing is None:
        return
    pause = await PermitPause.get_or_none(id=hearing.pause_id) if hearing.pause_id is not None else None
    if pause is not None:
        await pauses.tell_in_writing(desk, change, actor, row, pause)
    change.emit(told(desk, HearingCalled, row, change, {"until_at": hearing.due_at}), row.id)


async def call_off_within(desk: PermitDesk, change: Change, row: PermitApplication, reason: str) -> None:
    """The application is over, and with it any hearing; on a locked row."""
    for hearing in await PermitHearing.filter(application_id=row.id, state__in=OPEN):
        await end_call(desk, change, hearing, reason)
        await note(change, clock(), row, "call_off_hearing", {})


async def open_hearing(application_id: UUID) -> PermitHearing:
    """The one that was called and not held. Raises Conflict where there is none."""
    found = await PermitHearing.filter(application_id=application_id, state__in=OPEN).first()
    if found is None:
        raise Conflict("problem.permit.no_hearing")
    return found


async def held_hearing(application_id: UUID) -> PermitHearing | None:
    """The last one that was held."""
    held = PermitHearing.filter(application_id=application_id, state=HearingState.HELD.value)
    return await held.order_by("-held_at", "-id").first()


async def presider_name(hearing: PermitHearing) -> str:
    """Who leads it, by name."""
    staff = await Staff.get_or_none(id=hearing.presider_id) if hearing.presider_id is not None else None
    return staff.name if staff is not None else ""


def cause_for(desk: PermitDesk, row: PermitApplication) -> Cause:
    """Whether the law orders one for the kind, or the bureau chooses to hold it."""
    kind = desk.section.kind(row.kind)
    return "ordered" if kind is not None and kind.hearing is not None else "chosen"


def ordered_basis(desk: PermitDesk, row: PermitApplication) -> str:
    """The law that orders it; empty where none does."""
    kind = desk.section.kind(row.kind)
    return said_basis(desk, kind.hearing) if kind is not None and kind.hearing is not None else ""


async def end_call(desk: PermitDesk, change: Change, hearing: PermitHearing, reason: str) -> None:
    """Call a locked one off."""
    hearing.state = HearingState.CALLED_OFF.value
    hearing.end_reason_sealed = desk.sealer.seal(
        reason, table=TABLE, column="end_reason_sealed", row_id=hearing.id
    )
    hearing.ended_at = hearing.updated_at = change.now
    await hearing.save()
