"""Pictures on a paper: the small copies of the photos it names, as the file store keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol
from uuid import UUID

from kit.files.models import FileState, StoredFile
from kit.files.store import FileMissing, FileStore, Variant
from kit.problems import Busy

BYTES_AT_MOST = 2_400_000
"""Of all pictures of a paper together: its PDF stays below three megabytes."""


class Pictures(Protocol):
    """Where the pictures of papers come from."""

    async def small(self, file_id: UUID) -> bytes | None:
        """The small copy (JPEG), always the same; None for a photo that cannot be shown. Raises Busy while it is made."""
        ...


class NoPictures:
    """No photo can be had: papers name them only."""

    async def small(self, file_id: UUID) -> bytes | None:
        """None."""
        return None


class StoredPictures:
    """Those of a file store."""

    def __init__(self, files: FileStore) -> None:
        self._files = files

    async def small(self, file_id: UUID) -> bytes | None:
        """The small copy. Raises Busy for a photo that has only just come."""
        row = await StoredFile.get_or_none(id=file_id)
        if row is not None and row.state == FileState.RECEIVED:
            raise Busy("problem.document.photos_pending")
        if row is None or row.state != FileState.READY:
            return None
        try:
            return await self._files.read_derived(file_id, Variant.THUMBNAIL)
        except FileMissing:
            return None


async def pictures_of(source: Pictures, names: Iterable[str]) -> Mapping[str, bytes]:
    """The pictures of a paper by the names it has for them, in its order, as many as there is room for. Raises Busy."""
    found: dict[str, bytes] = {}
    left = BYTES_AT_MOST
    for name in names:
        content = await source.small(UUID(name))
        if content is not None and len(content) <= left:
            found[name] = content
            left -= len(content)
    return found
