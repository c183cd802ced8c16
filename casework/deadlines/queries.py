"""Reading alarms: how far behind the sounding of them is."""

from __future__ import annotations

from datetime import datetime

from casework.deadlines.models import DeadlineAlarm
from casework.deadlines.planning import WAITING


async def oldest_waiting_at() -> datetime | None:
    """The moment of the alarm that is sounded next, by the database's clock. None if none waits."""
    alarm = await DeadlineAlarm.filter(state=WAITING).order_by("fire_at", "id").only("id", "fire_at").first()
    return alarm.fire_at if alarm is not None else None
