"""Renewal by silence (行政许可法 50): what was asked for in time and not decided when the permit ended is granted by the clock.

The new permit follows the old one without a gap, with its place, area and terms; it runs as long as was asked for, at
most the kind's longest term. That nobody decided is told to the head and published like any promise that was missed.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import msgspec

from casework.actors import clock
from casework.closing import close_each
from casework.documents.papers import Paper
from casework.permits import co_signing, delivering, facts, visits
from casework.permits.decision_rules import DAYS_MOST, Scope
from casework.permits.desk import PermitDesk
from casework.permits.events import ApplicationGranted, RenewedBySilence
from casework.permits.granting import make_permit
from casework.permits.hearing_calls import call_off_within
from casework.permits.lifecycle import OPEN_STATES, PermitState, State
from casework.permits.models import Permit, PermitApplication
from casework.permits.moving import PermitStep, locked, move_within, told
from casework.permits.papers import issue_about, particulars
from casework.permits.pauses import end_open_pause
from casework.permits.renewals import going_on, is_in_time
from kit.db import Change

TOGETHER = 50
_NOT_TAKEN_IN = (State.SUBMITTED, State.CORRECTION_REQUESTED)


async def renew_by_silence(desk: PermitDesk, at_most: int = TOGETHER) -> int:
    """Grant some of them, each in a transaction of its own; how many."""
    over = await going_on(desk.db.clock.now())
    asked = PermitApplication.filter(
        concerns_id__in=[one.id for one in over], act="renew", decided_at=None, ended_at=None
    )
    permits = {one.id: one for one in over}
    ids = [
        row.id
        for row in await asked.order_by("submitted_at", "id")
        if row.concerns_id is not None and _is_due(desk, row, permits[row.concerns_id])
    ]

    async def one(id: UUID) -> None:
        await desk.db.change(lambda change: _renew(desk, change, id))

    return await close_each(ids, one, at_most=at_most)


def _is_due(desk: PermitDesk, row: PermitApplication, permit: Permit) -> bool:
    """What is still the applicant's to put right, or was never taken in, is not granted by silence."""
    is_taken_in = row.state in OPEN_STATES and row.state not in _NOT_TAKEN_IN
    return is_taken_in and is_in_time(desk.section, row, permit)


async def _renew(desk: PermitDesk, change: Change, id: UUID) -> None:
    row = await locked(change, clock(), id)
    old = await Permit.get_or_none(id=row.concerns_id) if row.concerns_id is not None else None
    if old is None or old.state != PermitState.IN_FORCE or old.valid_until_at > change.now:
        return
    if row.decided_at is not None or row.ended_at is not None or not _is_due(desk, row, old):
        return
    scope = _scope(desk, row, old)

    async def fill(change: Change, row: PermitApplication) -> None:
        await end_open_pause(desk, change, row)
        row.is_silent, row.decided_at = True, old.valid_until_at
        if facts.missed(row, old.valid_until_at) and row.late_reason is None:
            row.late_reason = desk.documents.catalogue.text("permit_paper.renewed_by_silence")
            row.late_reason_at = change.now

    async def follow(change: Change, row: PermitApplication) -> None:
        await visits.call_off(change, row.id)
        await call_off_within(
            desk, change, row, desk.documents.catalogue.text("permit_paper.renewed_by_silence")
        )
        data = msgspec.structs.replace(
            particulars(desk, row),
            place=scope.place_text,
            area_m2=scope.area_m2,
            from_at=scope.from_at,
            until_at=scope.until_at,
            terms=scope.terms,
            concerns=old.number,
            is_silent=True,
        )
        document = await issue_about(desk, change, clock(), row, Paper.RENEWAL, data)
        await make_permit(desk, change, clock(), row, scope, document.number or row.reference)
        change.emit(told(desk, RenewedBySilence, row, change), row.id)
        await co_signing.close_within(change, row)
        await facts.keep(desk, change, row, "granted")
        await delivering.deliver_online(desk, change, row)

    step = PermitStep(
        "renew_by_silence", ApplicationGranted, content={"permit": old.number}, fill=fill, follow=follow
    )
    await move_within(desk, change, clock(), row, step)


def _scope(desk: PermitDesk, row: PermitApplication, old: Permit) -> Scope:
    kind = desk.section.kind(row.kind)
    most = timedelta(days=kind.term.days_most if kind is not None and kind.term is not None else DAYS_MOST)
    until_at, latest = row.wanted_until_at, old.valid_until_at + most
    if until_at is None or until_at <= old.valid_until_at:
        # Nothing usable was asked for: as long as it held.
        until_at = old.valid_until_at + (old.valid_until_at - old.valid_from_at)
    return Scope(
        from_at=old.valid_until_at,
        until_at=min(until_at, latest),
        area_m2=old.area_m2,
        place_text=old.place_text,
        outline=old.outline,
        terms=msgspec.json.decode(old.terms, type=tuple[str, ...]),
    )
