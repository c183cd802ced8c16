"""The door for files: what is refused at once, and the row of what was kept."""

from collections.abc import AsyncIterable, AsyncIterator
from datetime import datetime
from uuid import UUID

from kit.files.kinds import (
    HEAD_LENGTH,
    MAX_FILE_BYTES,
    RECORDING_BYTES,
    Recording,
    check_paper,
    check_recording,
    check_size,
    check_type,
    takes_papers,
)
from kit.files.models import FileState, StoredFile
from kit.files.pdf import PDF, looked_over
from kit.files.store import FileStore
from kit.problems import TooLarge

_LOST = "problem.file.lost"


async def receive(
    store: FileStore,
    content: bytes | AsyncIterable[bytes],
    *,
    file_id: UUID,
    account_id: UUID | None,
    kind: str,
    at: datetime,
    at_most: int = MAX_FILE_BYTES,
) -> StoredFile:
    """Seal and keep what was sent; return its row, not yet saved, for the caller's own transaction.

    Raises a Problem with a key `problem.file.*` and keeps nothing for a wrong type, an empty or a too large
    file. If the caller's transaction fails afterwards, the original has no row and `sweep_strays` removes it.
    """
    head, content = await _begun(content)
    sniffed_type = check_paper(head) if takes_papers(kind) else check_type(head)
    if sniffed_type == PDF:
        content = looked_over(_pieces(content))
    original = await store.put_original(file_id, content, at_most=at_most)
    return StoredFile(
        id=file_id,
        account_id=account_id,
        kind=kind,
        sniffed_type=sniffed_type,
        bytes_size=original.bytes_size,
        sha256=original.sha256,
        wrapped_key=original.wrapped_key,
        # A PDF is kept as it came: there is nothing to decode.
        state=(FileState.READY if sniffed_type == PDF else FileState.RECEIVED).value,
        attempts=0,
        created_at=at,
    )


def never_received(*, file_id: UUID, account_id: UUID, kind: str, at: datetime) -> StoredFile:
    """The unsaved row of a file that will not come any more, so that nobody goes on waiting for it."""
    return StoredFile(
        id=file_id,
        account_id=account_id,
        kind=kind,
        sniffed_type="",
        bytes_size=0,
        sha256="",
        wrapped_key=b"",
        state=FileState.REFUSED.value,
        reason=_LOST,
        attempts=0,
        created_at=at,
    )


async def receive_recording(
    store: FileStore,
    content: bytes | AsyncIterable[bytes],
    recording: Recording,
    *,
    file_id: UUID,
    account_id: UUID | None,
    kind: str,
    at: datetime,
    by_browser: bool = False,
) -> StoredFile:
    """Seal and keep a voice message or a film as it came: the original is the evidence, there are no copies.

    The row is ready at once. Raises a Problem and keeps nothing, as `receive` does.
    """
    if not isinstance(content, bytes):
        content = await _gathered(content, RECORDING_BYTES[recording])
    check_size(len(content))
    sniffed_type = check_recording(content[:HEAD_LENGTH], recording, by_browser=by_browser)
    original = await store.put_original(file_id, content, at_most=RECORDING_BYTES[recording])
    return StoredFile(
        id=file_id,
        account_id=account_id,
        kind=kind,
        sniffed_type=sniffed_type,
        bytes_size=original.bytes_size,
        sha256=original.sha256,
        wrapped_key=original.wrapped_key,
        state=FileState.READY.value,
        attempts=0,
        created_at=at,
    )


async def _gathered(content: AsyncIterable[bytes], at_most: int) -> bytes:
    gathered = bytearray()
    async for piece in content:
        gathered += piece
        if len(gathered) > at_most:
            raise TooLarge("problem.file.too_large")
    return bytes(gathered)


async def _begun(content: bytes | AsyncIterable[bytes]) -> tuple[bytes, bytes | AsyncIterable[bytes]]:
    """The first bytes, and all of it. Refuses what is empty or too large at once."""
    if isinstance(content, bytes):
        check_size(len(content))
        return content[:HEAD_LENGTH], content
    head, pieces = b"", aiter(content)
    while len(head) < HEAD_LENGTH and (piece := await anext(pieces, None)) is not None:
        head += piece
    check_size(len(head))
    return head[:HEAD_LENGTH], _rejoined(head, pieces)


async def _pieces(content: bytes | AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    async for piece in content:
        yield piece


async def _rejoined(head: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield head
    async for piece in rest:
        yield piece
