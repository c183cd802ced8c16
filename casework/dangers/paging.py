"""Calling the duty officers until somebody comes: a worker's duty over rows, no timer in memory.

An alert whose page is due gets one page, however long it has been due: after an outage each is called once,
not once for every pause that has passed meanwhile. One that nobody takes is never left alone: after the last of
the frequent pages there is one a day.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from casework.actors import clock
from casework.complaints.models import Complaint
from casework.dangers.alerts import add_words, open_alert_of
from casework.dangers.events import DangerEnded, DangerOverdue, DangerPaged, DangerPassedOn
from casework.dangers.lifecycle import DANGER_ALERT, State
from casework.dangers.models import DangerAlert
from casework.dangers.profile import DangerSection
from casework.dangers.words import holds_phone, what
from kit.db import Change, Database

AT_MOST = 100
DAILY = timedelta(days=1)


async def page_again(db: Database, section: DangerSection, at_most: int = AT_MOST) -> int:
    """Page whoever is to be paged now. Returns how many alerts were paged or joined.

    Each in a transaction of its own, longest due first; safe to run in several workers and to repeat.
    """
    now = db.clock.now()
    due = (
        await DangerAlert.filter(next_page_at__lte=now)
        .only("id", "next_page_at")
        .order_by("next_page_at", "id")
        .limit(at_most)
    )
    overdue = (
        await DangerAlert.filter(
            state=State.ACKNOWLEDGED.value,
            next_page_at__isnull=True,
            acknowledged_at__lte=now - _to_end(section),
        )
        .only("id", "raised_at")
        .order_by("raised_at", "id")
        .limit(at_most)
    )
    done = 0
    for row in (*due, *overdue):
        done += await _see_to(db, section, row.id)
    return done


def _to_end(section: DangerSection) -> timedelta:
    return timedelta(days=section.paging.end_within_days)


async def _see_to(db: Database, section: DangerSection, alert_id: UUID) -> bool:
    async def work(change: Change) -> bool:
        row = await change.lock(DangerAlert, alert_id)
        if row is None or (row.next_page_at is not None and row.next_page_at > change.now):
            return False
        if row.state == State.ACKNOWLEDGED.value:
            return await _remind(change, row, section) or await _pass_on(change, row, section)
        if row.state != State.RAISED.value or row.next_page_at is None:
            return False
        earlier = await open_alert_of(change, row) if row.pages == 0 else None
        if earlier is not None:
            await _join(change, row, earlier)
        else:
            await _call(change, row, section)
        return True

    return await db.change(work)


async def _call(change: Change, row: DangerAlert, section: DangerSection) -> None:
    paging, actor = section.paging, clock()
    DANGER_ALERT.check("page", row.state, actor.roles, {})
    row.pages += 1
    row.revision += 1
    more = row.pages < paging.at_most
    row.next_page_at = change.now + (timedelta(minutes=paging.every_minutes) if more else DAILY)
    await row.save(update_fields=["pages", "revision", "next_page_at"])
    heads = row.pages > paging.heads_after
    facts: dict[str, object] = {
        "from": row.state,
        "to": row.state,
        "revision": row.revision,
        "content": {"number": row.pages, "heads": heads},
        "next_page_at": row.next_page_at,
    }
    await change.audit(row.id, actor, "danger_alert.page", facts)
    case = await Complaint.get_or_none(id=row.complaint_id) if row.complaint_id is not None else None
    event = DangerPaged(
        alert_id=row.id,
        account_id=row.account_id,
        at=change.now,
        number=row.pages,
        heads=heads,
        what=what(row.place_text or (case.place_text if case is not None else None), row.words),
        raised_at=row.raised_at,
        has_phone=(case is not None and case.phone_sealed is not None) or holds_phone(row.words),
    )
    change.emit(event, row.id)


async def _remind(change: Change, row: DangerAlert, section: DangerSection) -> bool:
    """Whoever took it has not said how it went: once a day they are asked, and the heads are told."""
    if row.acknowledged_at is None or row.acknowledged_at + _to_end(section) > change.now:
        return False
    actor = clock()
    DANGER_ALERT.check("remind", row.state, actor.roles, {})
    row.revision += 1
    row.next_page_at = change.now + DAILY
    await row.save(update_fields=["revision", "next_page_at"])
    facts: dict[str, object] = {"from": row.state, "to": row.state, "revision": row.revision, "content": {}}
    await change.audit(row.id, actor, "danger_alert.remind", facts)
    event = DangerOverdue(
        alert_id=row.id,
        account_id=row.account_id,
        at=change.now,
        what=what(row.place_text, row.words),
        assignee_id=row.acknowledged_by_id,
    )
    change.emit(event, row.id)
    return True


async def _pass_on(change: Change, row: DangerAlert, section: DangerSection) -> bool:
    """More was said: whoever took it is told, however much it was at most once in a pause."""
    if row.next_page_at is None:
        return False
    pause = timedelta(minutes=section.paging.every_minutes)
    if row.told_at is not None and row.told_at + pause > change.now:
        row.next_page_at = row.told_at + pause
        await row.save(update_fields=["next_page_at"])
        return False
    actor = clock()
    DANGER_ALERT.check("pass_on", row.state, actor.roles, {})
    row.told_at, row.next_page_at = change.now, None
    row.revision += 1
    await row.save(update_fields=["told_at", "next_page_at", "revision"])
    facts: dict[str, object] = {"from": row.state, "to": row.state, "revision": row.revision, "content": {}}
    await change.audit(row.id, actor, "danger_alert.pass_on", facts)
    event = DangerPassedOn(
        alert_id=row.id,
        account_id=row.account_id,
        at=change.now,
        what=what(row.place_text, row.words),
        assignee_id=row.acknowledged_by_id,
    )
    change.emit(event, row.id)
    return True


async def _join(change: Change, row: DangerAlert, earlier: DangerAlert) -> None:
    """What came through an `Intake` turns out to be about the danger already on the list."""
    actor = clock()
    DANGER_ALERT.check("join", row.state, actor.roles, {})
    await add_words(change, earlier, row, actor)
    before, row.state = row.state, State.ENDED.value
    row.revision += 1
    row.next_page_at, row.ended_at = None, change.now
    await row.save()
    facts: dict[str, object] = {
        "from": before,
        "to": row.state,
        "revision": row.revision,
        "content": {"into": earlier.id},
    }
    await change.audit(row.id, actor, "danger_alert.join", facts)
    change.emit(DangerEnded(alert_id=row.id, account_id=row.account_id, at=change.now), row.id)
