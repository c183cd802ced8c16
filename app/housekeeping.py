"""Rows that have served their purpose are removed, a little at a time."""

from __future__ import annotations

from datetime import timedelta

from bot.forgetting import accounts_heard, forget_accounts, forget_what_is_over
from casework.dangers.forgetting import forget_words
from casework.exchange.forgetting import forget_messages
from casework.notifications.forgetting import forget_deliveries
from casework.people.forgetting import forget_codes, forget_unseen
from casework.permits.drafts import forget_expired as forget_permit_drafts
from casework.retention.profile import RetentionSection
from kit.db import Change, Database
from kit.db.models import GuardKey
from kit.http.models import HttpSession
from kit.outbox_models import HANDLED, OutboxEvent
from web.h5.drafts import forget_expired

GUARD_KEYS_FOR = timedelta(days=30)
"""Far beyond any repeat: the platform gives up within a minute, clients keep a key for a day."""
EVENTS_FOR = timedelta(days=90)
SESSIONS_FOR = timedelta(days=30)
AT_MOST = 2_000
SHIPPED = RetentionSection()


async def purge(db: Database, retention: RetentionSection = SHIPPED) -> int:
    """Remove one portion. Returns how many rows went; the next step goes on where this one stopped."""
    now = db.clock.now()
    # Turn guards go with the messages they came with: a revision so old is never tried again.
    keys = await _ids(GuardKey.filter(created_at__lt=now - GUARD_KEYS_FOR).limit(AT_MOST), "key")
    events = await _ids(
        OutboxEvent.filter(state=HANDLED, handled_at__lt=now - EVENTS_FOR).limit(AT_MOST), "id"
    )
    sessions = await _ids(HttpSession.filter(expires_at__lt=now - SESSIONS_FOR).limit(AT_MOST), "id")

    async def work(_: Change) -> int:
        gone = 0
        if keys:
            gone += await GuardKey.filter(key__in=keys).delete()
        if events:
            gone += await OutboxEvent.filter(id__in=events).delete()
        if sessions:
            gone += await HttpSession.filter(id__in=sessions).delete()
        return gone

    # With nothing to remove the writers' turn is left to others.
    gone = await db.change(work) if keys or events or sessions else 0
    gone += await forget_what_is_over(db)
    gone += await forget_codes(db)
    gone += await forget_expired(db)
    gone += await forget_permit_drafts(db)
    gone += await forget_words(db, kept_for=retention.danger_words.time)
    gone += await forget_deliveries(db, kept_for=retention.notices.time)
    gone += await forget_messages(db, kept_for=retention.notices.time)
    return gone + await forget_unseen(db, accounts_heard, forget_accounts)


async def _ids(query: object, field: str) -> list[object]:
    return list(await query.values_list(field, flat=True))  # type: ignore[attr-defined]
