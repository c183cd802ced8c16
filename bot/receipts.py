"""What the platform reports later about messages it took: noted on the delivery.

The report may be faster than our own note of the message's number. Then it waits as a row until the delivery
knows its number; reports about messages that are not ours are forgotten after some minutes.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import msgspec

from bot.models import PlatformReport
from bot.turns import Message
from casework.notifications.receipts import DELIVERED, note_receipt
from kit.db import Change, Database

WAITING: Final = "receipt"
"""The kind of the rows that wait."""
WAITS_FOR = timedelta(minutes=10)
_AT_MOST = 1_000


def receipts_of(message: Message) -> list[tuple[str, str]]:
    """(the platform's number of the message, "delivered" or the platform's word for why it was not)."""
    inbound = message.inbound
    if inbound.event == "templatesendjobfinish":
        return [(inbound.job_id, DELIVERED if inbound.status == "success" else _word(inbound.status))]
    return [
        (one.platform_id, DELIVERED if one.error_code == 0 else _word(one.status) or str(one.error_code))
        for one in inbound.delivered
    ]


def _word(status: str) -> str:
    """`failed:user block` and `failed: system failed` without what all of them share."""
    return status.removeprefix("failed:").strip().replace(" ", "_").lower()


async def note_receipts(db: Database, message: Message) -> None:
    """Note a report once; what nobody knows yet waits."""

    async def work(change: Change) -> bytes:
        for number, (platform_id, receipt) in enumerate(receipts_of(message)):
            if not platform_id or await note_receipt(change, platform_id, receipt):
                continue
            row = PlatformReport(
                id=change.ids.new(),
                act=f"{message.act}:{number}",
                kind=WAITING,
                job_id=platform_id[:80],
                status=receipt[:80],
                facts=msgspec.json.encode({}).decode(),
                at=change.now,
            )
            await row.save(force_create=True)
        return b""

    await db.once(f"wx:{message.act}", message.body_hash, work)


async def settle_receipts(db: Database) -> int:
    """Give waiting reports to their deliveries, forget those of strangers. Returns how many rows went."""
    rows = await PlatformReport.filter(kind=WAITING).order_by("at").limit(_AT_MOST)
    if not rows:
        return 0
    before = db.clock.now() - WAITS_FOR

    async def work(change: Change) -> int:
        gone = []
        for row in rows:
            if await note_receipt(change, row.job_id, row.status) or row.at < before:
                gone.append(row.id)
        return int(await PlatformReport.filter(id__in=gone).delete()) if gone else 0

    return await db.change(work)
