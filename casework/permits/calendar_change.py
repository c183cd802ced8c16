"""When a holiday is added or office hours change: the limits of applications are reckoned again, and the chain says so.

As `casework.complaints.calendar_change` does for complaints. What silence has accepted already stays accepted.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from tortoise.expressions import Q

from casework.actors import clock
from casework.permits import co_signing
from casework.permits.clocks import set_limit
from casework.permits.desk import PermitDesk
from casework.permits.events import ApplicationReckoned
from casework.permits.models import PermitApplication
from casework.permits.moving import note, told
from kit.db import Change

TOGETHER = 50
AGAIN = timedelta(hours=1)


class PermitCalendarWatch:
    """Brings applications that are not over onto the calendar of this process."""

    def __init__(self, desk: PermitDesk) -> None:
        self._desk = desk
        self._look_at: datetime | None = None

    async def step(self) -> int:
        """See to some applications. Returns how many limits now end at another moment."""
        now = self._desk.db.clock.now()
        if self._look_at is not None and now < self._look_at:
            return 0
        other = Q(calendar__isnull=True) | ~Q(calendar=self._desk.calendar.fingerprint)
        rows = await PermitApplication.filter(other, ended_at=None).only("id").order_by("id").limit(TOGETHER)
        self._look_at = None if rows else now + AGAIN
        ids = [row.id for row in rows]
        return await self._desk.db.change(lambda change: self._reckon(change, ids)) if ids else 0

    async def _reckon(self, change: Change, ids: list[UUID]) -> int:
        moved = 0
        for id in ids:
            row = await change.lock(PermitApplication, id)
            if row is None or row.ended_at is not None:
                continue
            before = _ends(row)
            await set_limit(self._desk, row, row.state, change.now)
            is_moved = _ends(row) != before
            if is_moved:
                moved += 1
                row.revision += 1
                row.updated_at = change.now
            await row.save()
            await co_signing.reckon_again(self._desk, change, row)
            if is_moved:
                said = {name: at.isoformat() if at is not None else None for name, at in before.items()}
                await note(change, clock(), row, "reckon", {"before": said})
                change.emit(told(self._desk, ApplicationReckoned, row, change), row.id)
        return moved


def _ends(row: PermitApplication) -> dict[str, datetime | None]:
    return {
        "due_at": row.due_at,
        "promise_due_at": row.promise_due_at,
        "survey_due_at": row.survey_due_at,
        "statutory_due_at": row.statutory_due_at,
    }
