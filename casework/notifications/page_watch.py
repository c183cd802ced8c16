"""Whether a call for somebody to come reached anybody: a worker's duty over rows.

The console alone reaches nobody: whoever is called may be asleep. Where no recipient of a page was reached outside
of it, or there was no recipient at all, the dispatchers and the heads are called at once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import msgspec

from casework.dangers.events import DangerPaged
from casework.dangers.lifecycle import State
from casework.dangers.models import DangerAlert
from casework.notifications.events import PageReachedNobody
from casework.notifications.models import Delivery, PageWatch
from casework.notifications.states import CONSOLE, QUEUED, SENDING, SENT
from kit.db import Change, Database
from kit.outbox_models import OutboxEvent

AT_MOST = 100
LONGEST_WAIT = timedelta(seconds=60)
"""A page still on its way after so long has reached nobody yet, and others are called."""


async def judge_pages(db: Database, alarm: Callable[..., object]) -> int:
    """Judge each call once, as soon as it is known whom it reached. Returns how many were judged.

    `alarm` hears of each that reached nobody. Safe to run in several workers and to repeat.
    """
    watched = await PageWatch.filter(judged_at__isnull=True).order_by("planned_at").limit(AT_MOST)
    judged = 0
    for watch in watched:
        found, unheard = await _judge(db, watch.event_id)
        judged += found
        if unheard is not None:
            alarm("danger.page_reached_nobody", alert=str(unheard.alert_id), page=unheard.number)
    return judged


async def _judge(db: Database, event_id: UUID) -> tuple[bool, DangerPaged | None]:
    """Whether it was judged now, and the call when it reached nobody and somebody is still needed."""

    async def work(change: Change) -> tuple[bool, DangerPaged | None]:
        watch = await change.lock(PageWatch, event_id)
        if watch is None or watch.judged_at is not None:
            return False, None
        rows = await Delivery.filter(event_id=event_id).only("id", "state", "channel")
        reached = any(row.state == SENT and row.channel != CONSOLE for row in rows)
        on_its_way = any(row.state in (QUEUED, SENDING) for row in rows)
        if not reached and on_its_way and change.now < watch.planned_at + LONGEST_WAIT:
            return False, None
        watch.judged_at, watch.reached = change.now, reached
        await watch.save(update_fields=["judged_at", "reached"])
        call = None if reached else await _still_open(event_id)
        if call is not None:
            event = PageReachedNobody(
                alert_id=call.alert_id,
                account_id=call.account_id,
                at=change.now,
                number=call.number,
                what=call.what,
                raised_at=call.raised_at,
            )
            change.emit(event, call.alert_id)
        return True, call

    return await db.change(work)


async def _still_open(event_id: UUID) -> DangerPaged | None:
    """The call, unless somebody has taken the alert meanwhile."""
    row = await OutboxEvent.get_or_none(id=event_id)
    if row is None:
        return None
    call = msgspec.json.decode(row.payload, type=DangerPaged)
    waits = await DangerAlert.filter(id=call.alert_id, state=State.RAISED.value).exists()
    return call if waits else None
