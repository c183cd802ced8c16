"""When a holiday is added or office hours change: the limits that run are reckoned again, and the chain says so.

A process works with one calendar all its life, so a worker looks through the open cases that another calendar was used
for until there are none, and then once an hour: a process from before an upgrade may still move cases.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from tortoise.expressions import Q

from casework.actors import clock
from casework.complaints.desk import Desk
from casework.complaints.events import ComplaintReckoned
from casework.complaints.lifecycle import OPEN_STATES, State
from casework.complaints.models import Complaint
from casework.complaints.moving import ACTION
from casework.complaints.running import set_due
from casework.complaints.telling import common
from kit.db import Change

TOGETHER = 50
AGAIN = timedelta(hours=1)


class CalendarWatch:
    """Brings open cases onto the calendar of this process."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._look_at: datetime | None = None

    async def step(self) -> int:
        """See to some cases. Returns how many limits now end at another moment."""
        now = self._desk.db.clock.now()
        if self._look_at is not None and now < self._look_at:
            return 0
        states = sorted(state.value for state in OPEN_STATES - {State.SPLIT})
        other = Q(calendar__isnull=True) | ~Q(calendar=self._desk.calendar.fingerprint)
        rows = await Complaint.filter(other, state__in=states).only("id").order_by("id").limit(TOGETHER)
        self._look_at = None if rows else now + AGAIN
        ids = [row.id for row in rows]
        return await self._desk.db.change(lambda change: self._reckon(change, ids)) if ids else 0

    async def _reckon(self, change: Change, ids: list[UUID]) -> int:
        moved = 0
        for id in ids:
            row = await change.lock(Complaint, id)
            if row is None or row.state not in OPEN_STATES:
                continue
            before = row.due_at
            assumed = await set_due(self._desk, row)
            row.calendar = self._desk.calendar.fingerprint
            if row.due_at != before:
                moved += 1
                row.revision += 1
                row.updated_at = change.now
            await row.save(update_fields=["due_at", "calendar", "revision", "updated_at"])
            if row.due_at != before:
                await self._say(change, row, before, assumed)
        return moved

    async def _say(
        self, change: Change, row: Complaint, before: datetime | None, assumed: frozenset[int]
    ) -> None:
        facts: dict[str, object] = {
            "from": row.state,
            "to": row.state,
            "revision": row.revision,
            "content": {"due_before": before.isoformat() if before is not None else None},
            "due_at": row.due_at.isoformat() if row.due_at is not None else None,
        }
        if assumed:
            facts["assumed_years"] = sorted(assumed)
        await change.audit(row.id, clock(), ACTION + "reckon", facts)
        change.emit(ComplaintReckoned(**common(self._desk, row), answer_by_at=row.due_at), row.id)
