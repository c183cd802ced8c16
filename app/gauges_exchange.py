"""What other platforms have not been told yet."""

from __future__ import annotations

from datetime import datetime

from prometheus_client.core import Metric

from casework.exchange.queries import what_waits
from kit.metrics import gauge


async def of_exchange(now: datetime) -> list[Metric]:
    """Messages that wait and those that failed, and for how long the oldest has waited. `now` by our own clock."""
    found = await what_waits()
    oldest_s = max(0.0, (now - found.oldest_at).total_seconds()) if found.oldest_at is not None else 0.0
    return [
        gauge(
            "chengguan_exchange_messages",
            "Messages to other platforms that wait, and those that failed.",
            [({"state": "waiting"}, found.waiting), ({"state": "failed"}, sum(found.failed.values()))],
        ),
        gauge(
            "chengguan_exchange_oldest_unsent_seconds",
            "How long the oldest message to another platform has waited.",
            [({}, oldest_s)],
        ),
    ]
