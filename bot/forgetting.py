"""What the official account need not remember any longer is removed, a portion at a time."""

from __future__ import annotations

from datetime import timedelta

from bot.held_replies import FAILED, SENT, SILENT, UNCERTAIN
from bot.media import FETCHED, LOST, REFUSED
from bot.models import LateReply, MediaFetch
from bot.turns import forget_old_drafts
from kit.db import Change, Database

LATE_REPLIES_FOR = timedelta(days=14)
"""Their words are gone at the end of sending; the bare rows answer "was it sent?" for a while."""
FETCHES_FOR = timedelta(days=30)
AT_MOST = 1_000


async def forget_what_is_over(db: Database) -> int:
    """Empty old drafts, delete ended jobs. Returns how many rows; call again until it is 0."""
    now = db.clock.now()
    late = LateReply.filter(
        state__in=[SENT, UNCERTAIN, FAILED, SILENT], created_at__lt=now - LATE_REPLIES_FOR
    )
    fetches = MediaFetch.filter(state__in=[FETCHED, REFUSED, LOST], created_at__lt=now - FETCHES_FOR)
    late_ids = list(await late.limit(AT_MOST).values_list("id", flat=True))
    fetch_ids = list(await fetches.limit(AT_MOST).values_list("id", flat=True))

    async def work(_: Change) -> int:
        gone = 0
        if late_ids:
            gone += await LateReply.filter(id__in=late_ids).delete()
        if fetch_ids:
            gone += await MediaFetch.filter(id__in=fetch_ids).delete()
        return gone

    gone = await db.change(work) if late_ids or fetch_ids else 0
    return gone + await forget_old_drafts(db)
