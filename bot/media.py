"""Photos sent in chat are taken over from the platform by a durable job: it keeps them for three days only.

The row is written in the transaction that accepts the photo; the case refers to the file's id from then on.
The worker fetches, puts the sealed original into the file store, and writes the file's row and the end of
the job in one transaction: a kill in between repeats the fetch under the same id.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from bot.models import MediaFetch
from kit.db import Change, Database
from kit.files.receiving import receive
from kit.files.store import FileStore
from kit.problems import Problem
from kit.sealing import FieldSealer
from wechat.errors import WeChatError

WAITING, FETCHED, REFUSED, LOST = "waiting", "fetched", "refused", "lost"
KEPT_BY_PLATFORM = timedelta(days=3)
LEASE = timedelta(minutes=2)
BACK_OFF_AT_MOST_S = 1800
_TABLE, _COLUMN = "media_fetch", "source"


class MediaSource(Protocol):
    """The platform's side: `wechat.client.WeChatClient` has it."""

    async def media_get(self, media_id: str) -> tuple[bytes, str]:
        """Content and content type. Raises WeChatError."""
        ...


def waiting_fetch(
    db: Database, sealer: FieldSealer, account_id: UUID, file_id: UUID, media_id: str
) -> MediaFetch:
    """The unsaved job for one photo, to be written with what refers to it."""
    id, now = db.ids.new(), db.clock.now()
    return MediaFetch(
        id=id,
        account_id=account_id,
        file_id=file_id,
        source_sealed=sealer.seal(media_id, table=_TABLE, column=_COLUMN, row_id=id),
        state=WAITING,
        reason=None,
        attempts=0,
        next_at=now,
        lease_until=None,
        created_at=now,
    )


async def fetch_media(
    db: Database,
    source: MediaSource,
    store: FileStore,
    sealer: FieldSealer,
    *,
    at_most: int = 4,
    on_end: Callable[[str], None] = lambda state: None,
) -> int:
    """Fetch some of what is due, one after the other. Returns how many were tried."""
    claimed = await _claim(db, at_most)
    for row in claimed:
        state = await _fetch(db, source, store, sealer, row)
        on_end(state)
    return len(claimed)


async def _claim(db: Database, at_most: int) -> list[MediaFetch]:
    if not await MediaFetch.filter(state=WAITING, next_at__lte=db.clock.now()).exists():
        return []

    async def work(change: Change) -> list[MediaFetch]:
        query = MediaFetch.filter(state=WAITING, next_at__lte=change.now).order_by("next_at", "id")
        query = query.limit(at_most)
        rows = await (query.select_for_update(skip_locked=True) if change.is_postgres else query)
        for row in rows:
            # Being claimed and being postponed are one thing: a killed claimant's rows come up again.
            row.attempts += 1
            row.lease_until = row.next_at = change.now + LEASE
            await row.save(update_fields=["attempts", "lease_until", "next_at"])
        return list(rows)

    return await db.change(work)


async def _fetch(
    db: Database, source: MediaSource, store: FileStore, sealer: FieldSealer, row: MediaFetch
) -> str:
    media_id = sealer.open(bytes(row.source_sealed), table=_TABLE, column=_COLUMN, row_id=row.id)
    try:
        content, _ = await source.media_get(media_id)
    except WeChatError as error:
        if error.retryable or error.uncertain:
            return await _postpone(db, row, error.meaning.name)
        return await _end(db, row, LOST, error.meaning.name)
    try:
        stored = await receive(
            store,
            content,
            file_id=row.file_id,
            account_id=row.account_id,
            kind="complaint_photo",
            at=db.clock.now(),
        )
    except Problem as problem:
        return await _end(db, row, REFUSED, problem.key.rpartition(".")[2][:40])

    async def work(change: Change) -> str:
        current = await change.lock(MediaFetch, row.id)
        if current is None or current.state != WAITING:
            return FETCHED  # somebody else was faster; the same bytes are stored under the same id
        await stored.save(force_create=True)
        current.state, current.reason, current.lease_until = FETCHED, None, None
        await current.save(update_fields=["state", "reason", "lease_until"])
        return FETCHED

    return await db.change(work)


async def _postpone(db: Database, row: MediaFetch, reason: str) -> str:
    if db.clock.now() - row.created_at > KEPT_BY_PLATFORM:
        return await _end(db, row, LOST, reason)
    wait_s = min(BACK_OFF_AT_MOST_S, 2 ** min(row.attempts, 11))

    async def work(change: Change) -> str:
        await MediaFetch.filter(id=row.id, state=WAITING).update(
            reason=reason[:40], lease_until=None, next_at=change.now + timedelta(seconds=wait_s)
        )
        return WAITING

    return await db.change(work)


async def _end(db: Database, row: MediaFetch, state: str, reason: str) -> str:
    async def work(change: Change) -> str:
        await MediaFetch.filter(id=row.id, state=WAITING).update(
            state=state, reason=reason[:40], lease_until=None
        )
        return state

    return await db.change(work)
