"""Messages that were dealt with long ago are deleted, three years after they were written."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from casework.notifications.models import Delivery
from casework.notifications.states import BUNDLED, QUEUED, SENDING
from kit.db import Change, Database

KEPT_FOR: Final = timedelta(days=3 * 366)


async def forget_deliveries(db: Database, at_most: int = 1_000, kept_for: timedelta = KEPT_FOR) -> int:
    """Delete some old messages that nobody will send any more. Returns how many; call again until it is 0."""
    # The key is ordered by time, so the oldest come first without a look at the rest.
    oldest = await Delivery.all().order_by("id").limit(at_most).only("id", "created_at", "state")
    before = db.clock.now() - kept_for
    ids = [
        row.id for row in oldest if row.created_at < before and row.state not in (QUEUED, BUNDLED, SENDING)
    ]
    if not ids:
        return 0

    async def work(_: Change) -> int:
        return await Delivery.filter(id__in=ids).exclude(state__in=[QUEUED, BUNDLED, SENDING]).delete()

    return await db.change(work)
