"""Reading alarms: how far behind the sounding of them is."""

from __future__ import annotations

from datetime import datetime

from casework.deadlines.models import DeadlineAlarm
from casework.deadlines.planning import WAITING
from kit.db import Database


async def oldest_waiting_at() -> datetime | None:
    """The moment of the alarm that is sounded next, by the database's clock. None if none waits."""
    alarm = await DeadlineAlarm.filter(state=WAITING).order_by("fire_at", "id").only("id", "fire_at").first()
    return alarm.fire_at if alarm is not None else None


async def sounding_lag_s(db: Database) -> float:
    """By how many seconds the oldest alarm still waiting is late; 0 when none is."""
    fire_at = await oldest_waiting_at()
    if fire_at is None:
        return 0.0
    return max(0.0, (await db.database_now() - fire_at).total_seconds())
