"""The file store: a port, and its form on a local or shared folder.

No name in it ever comes from a client: a file is found by its id, an original opens only with its wrapped key.
What is stored is on the disk before the call returns.
"""

import asyncio
import contextlib
import hashlib
import secrets
from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol
from uuid import UUID

from kit.files.disk import Draft, write_whole
from kit.files.envelope import KeyWrapper, Sealing, unseal
from kit.files.kinds import MAX_FILE_BYTES
from kit.files.room import Room
from kit.problems import TooLarge
from kit.secrets import KeyRing

SHARDS = 256


class Variant(StrEnum):
    """The re-encoded copies of a photo, both JPEG."""

    LARGE = "large"
    THUMBNAIL = "thumbnail"


class FileMissing(LookupError):
    """The store holds no such file."""


@dataclass(frozen=True)
class KeptOriginal:
    """One original found in the store. `mark` tells apart what was stored under the same id more than once."""

    file_id: UUID
    mark: str
    stored_at: datetime


@dataclass(frozen=True)
class SealedOriginal:
    """What must be remembered of a stored original; without `wrapped_key` it never opens again."""

    wrapped_key: bytes
    bytes_size: int
    sha256: str  # of the content before sealing


class FileStore(Protocol):
    """Where the bytes of files live."""

    async def check_room(self) -> None:
        """Raises NoRoom while originals are not taken. Whoever would send one learns it before the first byte."""
        ...

    async def put_original(
        self, file_id: UUID, content: bytes | AsyncIterable[bytes], *, at_most: int = MAX_FILE_BYTES
    ) -> SealedOriginal:
        """Seal and keep. Raises TooLarge past `at_most` bytes, and NoRoom, and keeps nothing then.

        Storing again under the same id replaces nothing: each wrapped key opens what it was given out for, so
        it does not matter which of two writers gets its row in.
        """
        ...

    async def read_original(self, file_id: UUID, wrapped_key: bytes) -> bytes:
        """Raises FileMissing, EnvelopeError."""
        ...

    async def put_derived(self, file_id: UUID, variant: Variant, content: bytes) -> None:
        """Keep a re-encoded copy; it holds no metadata and is not sealed. Replaces an earlier one."""
        ...

    async def read_derived(self, file_id: UUID, variant: Variant) -> bytes:
        """Raises FileMissing."""
        ...

    async def delete(self, file_id: UUID) -> None:
        """Remove the original and every copy; nothing happens if there is none."""
        ...

    async def originals(self, shard: int) -> list[KeptOriginal]:
        """What is kept in one of the SHARDS parts, to find originals that no row knows."""
        ...

    async def discard(self, original: KeptOriginal) -> None:
        """Remove this one original and nothing else of its id."""
        ...


def mark_of(wrapped_key: bytes) -> str:
    """The mark under which the original of this wrapped key is kept."""
    return hashlib.sha256(wrapped_key).hexdigest()[:16]


class LocalFileStore:
    """A FileStore in one folder. Several processes and, on a shared mount, several machines may use it."""

    def __init__(self, folder: Path, keys: KeyRing, room: Room | None = None) -> None:
        """Without `room` originals are taken until the disk is full."""
        self._folder = folder
        self._wrapper = KeyWrapper(keys)
        self._room = room

    async def check_room(self) -> None:
        if self._room is not None:
            await self._room.check()

    async def put_original(
        self, file_id: UUID, content: bytes | AsyncIterable[bytes], *, at_most: int = MAX_FILE_BYTES
    ) -> SealedOriginal:
        await self.check_room()
        key = secrets.token_bytes(32)
        sealing, digest, size = Sealing(key, file_id), hashlib.sha256(), 0
        wrapped_key = self._wrapper.wrap(key, file_id)
        draft = await asyncio.to_thread(Draft, self._original(file_id, mark_of(wrapped_key)))
        try:
            async for piece in _pieces(content):
                size += len(piece)
                if size > at_most:
                    raise TooLarge("problem.file.too_large")
                digest.update(piece)
                await asyncio.to_thread(_add, draft, sealing, piece)
            await asyncio.to_thread(_finish, draft, sealing)
        finally:
            await asyncio.to_thread(draft.close)
        return SealedOriginal(wrapped_key, size, digest.hexdigest())

    async def read_original(self, file_id: UUID, wrapped_key: bytes) -> bytes:
        key = self._wrapper.unwrap(wrapped_key, file_id)
        sealed = await asyncio.to_thread(_read, self._original(file_id, mark_of(wrapped_key)), file_id)
        return await asyncio.to_thread(lambda: b"".join(unseal(sealed, key, file_id)))

    async def put_derived(self, file_id: UUID, variant: Variant, content: bytes) -> None:
        await asyncio.to_thread(write_whole, self._derived(file_id, variant), content)

    async def read_derived(self, file_id: UUID, variant: Variant) -> bytes:
        return await asyncio.to_thread(_read, self._derived(file_id, variant), file_id)

    async def delete(self, file_id: UUID) -> None:
        copies = [self._derived(file_id, variant) for variant in Variant]
        await asyncio.to_thread(_remove, self._original(file_id, ""), copies)

    async def discard(self, original: KeptOriginal) -> None:
        path = self._original(original.file_id, original.mark)
        await asyncio.to_thread(path.unlink, missing_ok=True)

    async def originals(self, shard: int) -> list[KeptOriginal]:
        return await asyncio.to_thread(_originals_in, self._folder / "originals" / f"{shard:02x}")

    def _original(self, file_id: UUID, mark: str) -> Path:
        # The last two digits: a time-ordered id begins alike for all files of a day.
        return self._folder / "originals" / file_id.hex[-2:] / f"{file_id.hex}-{mark}.sealed"

    def _derived(self, file_id: UUID, variant: Variant) -> Path:
        return self._folder / "derived" / file_id.hex[-2:] / f"{file_id.hex}-{Variant(variant).value}.jpg"


async def _pieces(content: bytes | AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    if isinstance(content, bytes):
        yield content
    else:
        async for piece in content:
            yield piece


def _add(draft: Draft, sealing: Sealing, piece: bytes) -> None:
    draft.write(sealing.add(piece))


def _finish(draft: Draft, sealing: Sealing) -> None:
    draft.write(sealing.finish())
    draft.publish()


def _read(path: Path, file_id: UUID) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise FileMissing(f"no such file: {file_id}") from None


def _remove(original: Path, copies: list[Path]) -> None:
    for path in [*original.parent.glob(f"{original.stem}*{original.suffix}"), *copies]:
        path.unlink(missing_ok=True)


def _originals_in(folder: Path) -> list[KeptOriginal]:
    found = []
    for path in folder.glob("[0-9a-f]*-*.sealed"):
        file_id, _, mark = path.stem.partition("-")
        with contextlib.suppress(FileNotFoundError):  # deleted meanwhile
            stored_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            found.append(KeptOriginal(UUID(file_id), mark, stored_at))
    return found
