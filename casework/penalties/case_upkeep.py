"""Limits of penalty cases after the calendar changed: reckoned again, and what has moved stands in the chain."""

from __future__ import annotations

from casework.actors import clock
from casework.penalties.case_events import PenaltyReckoned
from casework.penalties.case_limits import set_limits
from casework.penalties.case_moving import note, told
from casework.penalties.desk import PenaltyDesk
from casework.penalties.models import PenaltyCase
from kit.db import Change

TOGETHER = 25


async def reckon_cases(desk: PenaltyDesk) -> int:
    """Some cases whose limits were reckoned by another calendar than today's; how many. Safe to repeat."""
    stale = PenaltyCase.filter(ended_at=None).exclude(calendar=desk.calendar.fingerprint)
    ids = [one.id for one in await stale.order_by("id").limit(TOGETHER).only("id")]
    if not ids:
        return 0

    async def work(change: Change) -> None:
        for id in ids:
            row = await change.lock(PenaltyCase, id)
            if row is None or row.ended_at is not None:
                continue
            before = (row.due_at, row.statement_due_at, row.hearing_due_at, row.payment_due_on)
            set_limits(desk, row)
            await row.save()
            if before != (row.due_at, row.statement_due_at, row.hearing_due_at, row.payment_due_on):
                await note(change, clock(), row, "reckon", {})
                change.emit(told(PenaltyReckoned, row, change), row.id)

    await desk.db.change(work)
    return len(ids)
