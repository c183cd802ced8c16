"""Messages to other platforms that ended long ago are deleted; the orders and what platforms told stay with the case."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from casework.exchange.models import ExchangeMessage
from casework.exchange.planning import QUEUED, SENDING
from kit.db import Change, Database

KEPT_FOR: Final = timedelta(days=3 * 366)


async def forget_messages(db: Database, at_most: int = 1_000, kept_for: timedelta = KEPT_FOR) -> int:
    """Delete some old messages. Returns how many; call again until it is 0."""
    # The key is ordered by time, so the oldest come first without a look at the rest.
    oldest = await ExchangeMessage.all().order_by("id").limit(at_most).only("id", "created_at", "state")
    before = db.clock.now() - kept_for
    ids = [row.id for row in oldest if row.created_at < before and row.state not in (QUEUED, SENDING)]
    if not ids:
        return 0

    async def work(_: Change) -> int:
        return await ExchangeMessage.filter(id__in=ids).exclude(state__in=(QUEUED, SENDING)).delete()

    return await db.change(work)
