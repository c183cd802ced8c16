"""Times that the law keeps out of the limits: hearing, test, expert review and the like (行政许可法 45).

The applicant is told in writing how long it is to take; when that has passed, the clock goes on by itself, so that no
pause is forgotten. Waiting for a co-signing organ is none of these and cannot be entered.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

import msgspec

from casework.actors import Actor, clock
from casework.closing import close_each
from casework.complaints.wording import REASON_AT_MOST, digest, required
from casework.documents.papers import Paper
from casework.permits.desk import PermitDesk
from casework.permits.events import ApplicationPaused, ApplicationResumed
from casework.permits.hearing_models import PermitHearing
from casework.permits.models import PermitApplication, PermitPause
from casework.permits.moving import PermitStep, note, take, told
from casework.permits.papers import issue_about, particulars
from kit.clock import local
from kit.db import Change
from kit.problems import Conflict, Invalid

PauseKind = Literal["hearing", "test", "inspection", "quarantine", "appraisal", "expert_review", "auction"]
KINDS: tuple[PauseKind, ...] = get_args(PauseKind)
"""听证、检验、检测、检疫、鉴定、专家评审、拍卖（招标）: the list of 行政许可法 45 is closed."""
DAYS_MOST = 180
BASIS_AT_MOST = 200
TOGETHER = 100
LOOKED_AT_TOGETHER = 500


async def pause(
    desk: PermitDesk,
    actor: Actor,
    application_id: UUID,
    *,
    kind: PauseKind,
    reason: str,
    basis: str,
    expected_days: int,
    expected_revision: int | None = None,
) -> PermitApplication:
    """Let the clocks stand still for `expected_days` working days at most, and tell the applicant in writing.

    Raises Invalid naming the field, Conflict where they stand still already.
    """
    if kind not in KINDS:
        raise Invalid("problem.permit.pause_kind", field="kind")
    why = required(reason, field="reason", at_most=REASON_AT_MOST)
    law = required(basis, field="basis", at_most=BASIS_AT_MOST)
    if not 1 <= expected_days <= DAYS_MOST:
        raise Invalid("problem.permit.pause_days", field="expected_days", most=DAYS_MOST)
    made: list[PermitPause] = []

    async def fill(change: Change, row: PermitApplication) -> None:
        one = await begin_within(change, actor, row, kind, why, law, expected_days)
        if one is None:
            raise Conflict("problem.permit.paused_already")
        made.append(one)

    async def follow(change: Change, row: PermitApplication) -> None:
        await tell_in_writing(desk, change, actor, row, made[0])

    # The words stand in the row and on the paper; the chain attests them.
    step = PermitStep(
        move="pause",
        tell=ApplicationPaused,
        given={"reason": why, "basis": law},
        content={
            "kind": kind,
            "reason_digest": digest(desk.sealer, why),
            "basis_digest": digest(desk.sealer, law),
            "expected_days": expected_days,
        },
        telling={"reason": why, "basis": law},
        fill=fill,
        follow=follow,
    )
    return await take(desk, actor, application_id, step, expected_revision)


async def begin_within(
    change: Change,
    actor: Actor,
    row: PermitApplication,
    kind: PauseKind,
    reason: str,
    basis: str,
    expected_days: int,
    since: datetime | None = None,
) -> PermitPause | None:
    """Let the clocks of a locked application stand still, from now on or `since`; None where they do already."""
    if await PermitPause.filter(application_id=row.id, ended_at=None).exists():
        return None
    one = PermitPause(
        id=change.ids.new(),
        application_id=row.id,
        kind=kind,
        reason=reason,
        basis=basis,
        expected_days=expected_days,
        started_at=since or change.now,
        by_id=actor.id,
    )
    await one.save(force_create=True)
    return one


async def tell_in_writing(
    desk: PermitDesk, change: Change, actor: Actor, row: PermitApplication, one: PermitPause
) -> None:
    """The paper that says how long it is to take (行政许可法 45)."""
    data = msgspec.structs.replace(
        particulars(desk, row),
        reasons=(one.reason,),
        basis=(one.basis,),
        expected_days=one.expected_days,
    )
    document = await issue_about(desk, change, actor, row, Paper.PAUSE, data)
    await PermitPause.filter(id=one.id).update(document_id=document.id)


async def resume(
    desk: PermitDesk, actor: Actor, application_id: UUID, *, expected_revision: int | None = None
) -> PermitApplication:
    """Let the clocks go on. Raises Conflict where they do."""
    return await take(desk, actor, application_id, _resumption(desk, actor), expected_revision)


async def resume_past_expected(desk: PermitDesk, now: datetime, limit: int = TOGETHER) -> int:
    """Let clocks go on whose pause took as long as the applicant was told. Returns how many."""
    over = await _past_expected(desk, now)

    async def one(id: UUID) -> None:
        await take(desk, clock(), id, _resumption(desk, clock()))

    return await close_each(over, one, at_most=limit)


async def _past_expected(desk: PermitDesk, now: datetime) -> list[UUID]:
    """Applications whose pause is over: when it is, the calendar knows and no index does, so all that last are looked at."""
    found: list[UUID] = []
    after: UUID | None = None
    while True:
        rows = PermitPause.filter(ended_at=None)
        if after is not None:
            rows = rows.filter(id__gt=after)
        page = await rows.order_by("id").limit(LOOKED_AT_TOGETHER)
        found += [one.application_id for one in page if expected_end_at(desk, one) <= now]
        if len(page) < LOOKED_AT_TOGETHER:
            return found
        after = page[-1].id


def expected_end_at(desk: PermitDesk, one: PermitPause) -> datetime:
    """Until when the applicant was told it would take (UTC)."""
    return desk.calendar.add_working_days(one.started_at, one.expected_days or 1).at


async def pause_rows(application_id: UUID) -> tuple[PermitPause, ...]:
    """All pauses of an application, first to last."""
    return tuple(await PermitPause.filter(application_id=application_id).order_by("started_at", "id"))


async def end_open_pause(desk: PermitDesk, change: Change, row: PermitApplication) -> datetime | None:
    """End the pause of a locked application, if there is one: when it was over. It took no longer than the applicant was
    told, however late somebody looks.
    """
    one = await PermitPause.get_or_none(application_id=row.id, ended_at=None)
    if one is None:
        return None
    one.ended_at = min(change.now, expected_end_at(desk, one))
    await one.save(update_fields=["ended_at"])
    return one.ended_at


def _resumption(desk: PermitDesk, actor: Actor) -> PermitStep:
    begun: list[PermitPause] = []

    async def fill(change: Change, row: PermitApplication) -> None:
        ended_at = await end_open_pause(desk, change, row)
        if ended_at is None:
            raise Conflict("problem.permit.not_paused")
        begun.extend(await _hearing_follows(desk, change, actor, row, ended_at))

    async def follow(change: Change, row: PermitApplication) -> None:
        for one in begun:
            content = {"kind": one.kind, "expected_days": one.expected_days}
            await note(change, actor, row, "pause", content)
            change.emit(
                told(desk, ApplicationPaused, row, change, {"reason": one.reason, "basis": one.basis}), row.id
            )
            await tell_in_writing(desk, change, actor, row, one)

    return PermitStep(move="resume", tell=ApplicationResumed, fill=fill, follow=follow)


async def _hearing_follows(
    desk: PermitDesk, change: Change, actor: Actor, row: PermitApplication, ended_at: datetime
) -> list[PermitPause]:
    """A hearing that was called while something else kept the clocks: from there on its time is what does not count."""
    hearing = await PermitHearing.filter(application_id=row.id, ended_at=None).first()
    if hearing is None or hearing.pause_id is not None:
        return []
    days = desk.calendar.working_days_between(local(ended_at).date(), local(hearing.due_at).date())
    if days < 1:
        return []
    why = desk.documents.catalogue.text(f"permit_said.hearing.{hearing.cause}")
    one = await begin_within(change, actor, row, "hearing", why, hearing.basis, days, ended_at)
    if one is None:
        return []
    hearing.pause_id, hearing.updated_at = one.id, change.now
    await hearing.save(update_fields=["pause_id", "updated_at"])
    return [one]
