"""What the platform reports later about a message it had taken."""

from __future__ import annotations

from casework.notifications.models import Delivery
from kit.db import Change

DELIVERED = "delivered"
RECEIPT_AT_MOST = 40


async def note_receipt(change: Change, platform_id: str, receipt: str) -> bool:
    """Note the report on the delivery the platform knows by this number; the first report stays.

    `receipt` is "delivered" or a word for why it was not. False when no delivery has the number, or one already
    has its report.
    """
    if not platform_id:
        return False
    waiting = Delivery.filter(platform_id=platform_id, receipt__isnull=True)
    noted = await waiting.update(receipt=receipt[:RECEIPT_AT_MOST] or DELIVERED, receipt_at=change.now)
    return bool(noted)
