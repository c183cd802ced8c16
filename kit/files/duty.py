"""The worker's duties with files: decode what was received, remove originals that no row knows."""

from datetime import datetime, timedelta

import structlog
from tortoise.expressions import Q

from kit.db import Change, Database
from kit.files.decoder import Decoder, DecoderUnavailable
from kit.files.envelope import EnvelopeError
from kit.files.frames import UNDECODABLE, Copies
from kit.files.models import FileState, StoredFile, UploadPiece
from kit.files.store import SHARDS, FileMissing, FileStore, Variant, mark_of
from kit.problems import Problem

LEASE = timedelta(minutes=2)
"""Longer than one photo may take; a claim of a dead worker lapses after it."""
MAX_ATTEMPTS = 3
_LOST = "problem.file.lost"

_log = structlog.get_logger(__name__)


async def decode_pending(db: Database, store: FileStore, decoder: Decoder) -> int:
    """One step: claim the oldest received file, decode it, record the outcome. Returns how many it took (0 or 1).

    Claims one at a time, so that a killed worker leaves one lapsed claim. Any number of workers may do this.
    Raises OSError when the store, and DecoderUnavailable when decoding as such, does not work; the file then
    stays received and is tried again after the lease.
    """
    if not await StoredFile.filter(state=FileState.RECEIVED.value).exists():
        return 0  # the usual case costs no transaction
    claimed = await db.change(_claim)
    if claimed is None:
        return 0
    if claimed.attempts > MAX_ATTEMPTS:
        await _refuse(db, claimed, UNDECODABLE if claimed.reason is None else claimed.reason)
        return 1
    try:
        await _decode(db, store, decoder, claimed)
    except (OSError, DecoderUnavailable):
        # No photo is to blame: an hour without the shared folder must not cost all that came in their tries.
        await _settle(db, claimed, attempts=claimed.attempts - 1)
        raise
    return 1


async def _decode(db: Database, store: FileStore, decoder: Decoder, claimed: StoredFile) -> None:
    try:
        content = await store.read_original(claimed.id, claimed.wrapped_key)
        copies = await decoder.decode(content)
    except Problem as refusal:
        await _refuse(db, claimed, refusal.key)
    except (FileMissing, EnvelopeError):
        # Perhaps the shared folder is not there yet: kept for the next attempts, refused after the last.
        _log.error("file.original_does_not_open", file_id=str(claimed.id), attempts=claimed.attempts)
        await _settle(db, claimed, state=FileState.RECEIVED.value, reason=_LOST)
    else:
        await store.put_derived(claimed.id, Variant.LARGE, copies.large)
        await store.put_derived(claimed.id, Variant.THUMBNAIL, copies.thumbnail)
        await _accept(db, claimed, copies)


async def sweep_strays(store: FileStore, *, before: datetime) -> int:
    """Delete originals older than `before` that no row knows: their transaction never committed.

    `before` must lie well behind any transaction still in progress; a day is plenty.
    """
    removed = 0
    for shard in range(SHARDS):
        old = [original for original in await store.originals(shard) if original.stored_at < before]
        for start in range(0, len(old), 200):
            batch = old[start : start + 200]
            ids = [original.file_id for original in batch]
            known = {(row.id, mark_of(row.wrapped_key)) for row in await StoredFile.filter(id__in=ids)}
            known |= {(row.id, mark_of(row.wrapped_key)) for row in await UploadPiece.filter(id__in=ids)}
            for original in batch:
                if (original.file_id, original.mark) not in known:
                    await store.discard(original)
                    removed += 1
    return removed


async def _claim(change: Change) -> StoredFile | None:
    now = await change.database_now()
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    found = await StoredFile.filter(free, state=FileState.RECEIVED.value).order_by("id").first()
    if found is None:
        return None
    attempts, until = found.attempts + 1, now + LEASE
    # Compare and set: where two workers found the same row, one of them changes nothing here.
    mine = StoredFile.filter(id=found.id, state=FileState.RECEIVED.value, attempts=found.attempts)
    if not await mine.update(attempts=attempts, claimed_until=until):
        return None
    found.attempts = attempts
    return found


async def _accept(db: Database, claimed: StoredFile, copies: Copies) -> None:
    await _settle(
        db, claimed, state=FileState.READY.value, width=copies.width, height=copies.height, reason=None
    )
    _log.info("file.ready", file_id=str(claimed.id), width=copies.width, height=copies.height)


async def _refuse(db: Database, claimed: StoredFile, reason: str) -> None:
    await _settle(db, claimed, state=FileState.REFUSED.value, reason=reason)
    _log.info("file.refused", file_id=str(claimed.id), reason=reason)


async def _settle(db: Database, claimed: StoredFile, **outcome: object) -> None:
    async def write(change: Change) -> None:
        # `attempts` is the fence: whoever claimed later decides, a worker that was away too long does not.
        mine = StoredFile.filter(id=claimed.id, state=FileState.RECEIVED.value, attempts=claimed.attempts)
        await mine.update(**outcome)

    await db.change(write)
