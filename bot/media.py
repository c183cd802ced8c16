"""Photos, voice messages and films sent in chat are taken over from the platform, which keeps them three days.

The row is written in the transaction that accepts the medium; the case refers to the file's id from then on.
The worker fetches, puts the sealed original into the file store, and writes the file's row and the end of
the job in one transaction: a kill in between repeats the fetch under the same id. What cannot be had is asked
for again: see `bot.media_losses`. While the disk has no room for files nothing is fetched: the jobs wait, and the
platform keeps the media.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol, cast
from uuid import UUID

from tortoise.expressions import Q

from bot.capabilities import Capabilities
from bot.media_losses import FETCHED, LOST, REFUSED, WAITING, ask_again, ask_for_what_is_lost
from bot.models import MediaFetch
from kit.db import Change, Database
from kit.files.kinds import Recording
from kit.files.models import StoredFile
from kit.files.receiving import never_received, receive, receive_recording
from kit.files.room import NoRoom
from kit.files.store import FileStore
from kit.problems import Problem
from kit.sealing import FieldSealer
from wechat.account_kinds import Right
from wechat.errors import WeChatError

KEPT_BY_PLATFORM = timedelta(days=3)
LEASE = timedelta(minutes=2)
BACK_OFF_AT_MOST_S = 1800
DUE_AT_ONCE: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Past by the database's clock too, by which the worker goes."""
PHOTO_BYTES: Final = 10 * 1024 * 1024
"""What the platform takes from a citizen. A photo sent in chat has been made smaller by the phone already."""
PHOTO_KIND: Final = "complaint_photo"
RECORDING_KIND: Final = "complaint_recording"
_GONE = {"media_expired": LOST, "too_large": REFUSED}
"""Refusals that speak of the medium itself; any other may be mended within three days."""
_TABLE, _COLUMN = "media_fetch", "source"


class MediaSource(Protocol):
    """The platform's side: `wechat.client.WeChatClient` has it."""

    async def media_get(self, media_id: str) -> tuple[bytes, str]:
        """Content and content type. Raises WeChatError."""
        ...


def waiting_fetch(
    db: Database,
    sealer: FieldSealer,
    account_id: UUID,
    file_id: UUID,
    media_id: str,
    recording: Recording | None = None,
) -> MediaFetch:
    """The unsaved job for one photo or recording, to be written with what refers to it."""
    id, now = db.ids.new(), db.clock.now()
    return MediaFetch(
        id=id,
        account_id=account_id,
        file_id=file_id,
        source_sealed=sealer.seal(media_id, table=_TABLE, column=_COLUMN, row_id=id),
        state=WAITING,
        reason=None,
        attempts=0,
        next_at=DUE_AT_ONCE,
        lease_until=None,
        created_at=now,
        medium=recording,
        asked_again_at=None,
    )


async def fetch_media(
    db: Database,
    source: MediaSource,
    store: FileStore,
    sealer: FieldSealer,
    *,
    at_most: int = 4,
    on_end: Callable[[str], None] = lambda state: None,
    capabilities: Capabilities | None = None,
) -> int:
    """Fetch some of what is due, one after the other, and ask for what was lost. Returns how many were tried."""
    claimed = await _claim(db, at_most) if await _has_room(store) else []
    for row in claimed:
        state = await _fetch(db, source, store, sealer, row, capabilities)
        on_end(state)
    if not claimed:
        await ask_for_what_is_lost(db)
    return len(claimed)


async def _has_room(store: FileStore) -> bool:
    try:
        await store.check_room()
    except NoRoom:
        return False
    return True


async def _claim(db: Database, at_most: int) -> list[MediaFetch]:
    if not await MediaFetch.filter(state=WAITING, next_at__lte=await db.database_now()).exists():
        return []

    async def work(change: Change) -> list[MediaFetch]:
        now = await change.database_now()
        query = MediaFetch.filter(state=WAITING, next_at__lte=now).order_by("next_at", "id")
        query = query.limit(at_most)
        rows = await (query.select_for_update(skip_locked=True) if change.is_postgres else query)
        for row in rows:
            # Being claimed and being postponed are one thing: a killed claimant's rows come up again.
            row.attempts += 1
            row.lease_until = row.next_at = now + LEASE
            await row.save(update_fields=["attempts", "lease_until", "next_at"])
        return list(rows)

    return await db.change(work)


async def _fetch(
    db: Database,
    source: MediaSource,
    store: FileStore,
    sealer: FieldSealer,
    row: MediaFetch,
    capabilities: Capabilities | None,
) -> str:
    media_id = sealer.open(bytes(row.source_sealed), table=_TABLE, column=_COLUMN, row_id=row.id)
    try:
        content, _ = await source.media_get(media_id)
    except WeChatError as error:
        name = error.meaning.name
        if name == "no_permission" and capabilities is not None:
            capabilities.note_missing(Right.MEDIA)
        if name in _GONE:
            return await _end(db, row, _GONE[name], name)
        return await _postpone(db, row, name)
    try:
        stored = await _receive(db, store, row, content)
    except NoRoom:
        return await _postpone(db, row, "no_room")
    except Problem as problem:
        return await _end(db, row, REFUSED, problem.key.rpartition(".")[2])

    async def work(change: Change) -> str:
        current = await change.lock(MediaFetch, row.id)
        if current is None or current.state != WAITING:
            return FETCHED  # somebody else was faster; the same bytes are stored under the same id
        await stored.save(force_create=True)
        current.state, current.reason, current.lease_until = FETCHED, None, None
        await current.save(update_fields=["state", "reason", "lease_until"])
        return FETCHED

    return await db.change(work)


async def _receive(db: Database, store: FileStore, row: MediaFetch, content: bytes) -> StoredFile:
    if row.medium is None:
        return await receive(
            store,
            content,
            file_id=row.file_id,
            account_id=row.account_id,
            kind=PHOTO_KIND,
            at=db.clock.now(),
            at_most=PHOTO_BYTES,
        )
    return await receive_recording(
        store,
        content,
        cast("Recording", row.medium),
        file_id=row.file_id,
        account_id=row.account_id,
        kind=RECORDING_KIND,
        at=db.clock.now(),
    )


async def _postpone(db: Database, row: MediaFetch, reason: str) -> str:
    if db.clock.now() - row.created_at > KEPT_BY_PLATFORM:
        return await _end(db, row, LOST, reason)
    wait_s = min(BACK_OFF_AT_MOST_S, 2 ** min(row.attempts, 11))

    async def work(change: Change) -> str:
        next_at = await change.database_now() + timedelta(seconds=wait_s)
        await MediaFetch.filter(id=row.id, state=WAITING).update(
            reason=reason[:40], lease_until=None, next_at=next_at
        )
        return WAITING

    return await db.change(work)


async def _end(db: Database, row: MediaFetch, state: str, reason: str) -> str:
    """The medium will not come any more: noted, and the citizen asked again, in one transaction.

    While others of the same album are still on their way the question waits for the last of them.
    """

    async def work(change: Change) -> str:
        ended = await MediaFetch.filter(id=row.id, state=WAITING).update(
            state=state, reason=reason[:40], lease_until=None
        )
        if ended:
            gone = never_received(
                file_id=row.file_id,
                account_id=row.account_id,
                kind=PHOTO_KIND if row.medium is None else RECORDING_KIND,
                at=change.now,
            )
            await gone.save(force_create=True)
            if not await _more_on_the_way(change, row.account_id):
                await ask_again(change, row.account_id)
        return state

    return await db.change(work)


async def _more_on_the_way(change: Change, account_id: UUID) -> bool:
    """Whether others of this account are being fetched or due; what was put off is not waited for."""
    now = await change.database_now()
    waiting = MediaFetch.filter(account_id=account_id, state=WAITING)
    return await waiting.filter(Q(next_at__lte=now) | Q(lease_until__gt=now)).exists()
