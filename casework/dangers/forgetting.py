"""What was said in danger is deleted three years after it ended; the alert, its times and its outcome stay."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from tortoise.expressions import Q

from casework.actors import system
from casework.dangers.models import DangerAlert
from kit.db import Change, Database

WORDS_FOR: Final = timedelta(days=3 * 366)


async def forget_words(db: Database, at_most: int = 200, kept_for: timedelta = WORDS_FOR) -> int:
    """Empty the words of some alerts that ended long ago. Returns how many; call again until it is 0."""
    said = ~Q(words="") | Q(place_text__isnull=False)
    ended = DangerAlert.filter(said, state="ended", ended_at__lt=db.clock.now() - kept_for)
    ids = [row.id for row in await ended.order_by("id").limit(at_most).only("id")]
    if not ids:
        return 0

    async def work(change: Change) -> int:
        for id in ids:
            row = await change.lock(DangerAlert, id)
            if row is not None:
                row.words, row.place_text = "", None
                await row.save(update_fields=["words", "place_text"])
                await change.audit(id, system(), "danger_alert.forget_words", {})
        return len(ids)

    return await db.change(work)
