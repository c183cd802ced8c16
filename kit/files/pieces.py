"""Pieces of a file on its way: cut to size as they arrive, sealed one by one, read back in order."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import suppress
from uuid import UUID

from kit.db import Change
from kit.files.models import UploadPiece
from kit.files.store import FileMissing, FileStore

PIECE_BYTES = 512 * 1024
"""At most; what is held in memory for one client, and what is lost when its network goes."""
SLOW_PIECE_BYTES = 16 * 1024
"""A client this slow gets what it has sent kept after `SLOW_S`."""
SLOW_S = 3.0


async def cut(content: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """`content` in pieces of at most PIECE_BYTES, smaller ones from a slow client, none empty."""
    waiting = bytearray()
    clock = asyncio.get_running_loop()
    begun = clock.time()
    async for part in content:
        waiting += part
        while len(waiting) >= PIECE_BYTES:
            yield bytes(waiting[:PIECE_BYTES])
            del waiting[:PIECE_BYTES]
            begun = clock.time()
        if len(waiting) >= SLOW_PIECE_BYTES and clock.time() - begun >= SLOW_S:
            yield bytes(waiting)
            waiting.clear()
            begun = clock.time()
    if waiting:
        yield bytes(waiting)


async def content_of(store: FileStore, upload_id: UUID) -> AsyncIterator[bytes]:
    """The content received so far. Raises FileMissing, EnvelopeError."""
    for piece in await UploadPiece.filter(upload_id=upload_id).order_by("offset_bytes"):
        yield await store.read_original(piece.id, bytes(piece.wrapped_key))


async def head_of(store: FileStore, upload_id: UUID, length: int) -> bytes:
    """The first `length` bytes, or as many as are here."""
    head = b""
    rows = UploadPiece.filter(upload_id=upload_id, offset_bytes__lt=length).order_by("offset_bytes")
    for piece in await rows:
        head += await store.read_original(piece.id, bytes(piece.wrapped_key))
    return head[:length]


async def forget_rows(change: Change, upload_id: UUID) -> list[UUID]:
    """Delete the rows of all pieces; their ids, for `forget_bytes` once the transaction is through."""
    rows = UploadPiece.filter(upload_id=upload_id)
    ids: list[UUID] = list(await rows.values_list("id", flat=True))  # type: ignore[arg-type]
    await rows.delete()
    return ids


async def forget_bytes(store: FileStore, ids: list[UUID]) -> None:
    """Delete what no row knows any more; what stays behind after a crash is swept as a stray."""
    for piece_id in ids:
        with suppress(FileMissing):
            await store.delete(piece_id)
