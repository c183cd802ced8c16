"""Papers whose time is over: the row stays with its number, what was printed on it goes."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from casework.documents.models import IssuedDocument
from kit.db import Change


async def forget_papers(change: Change, about_kind: str, about_ids: Collection[UUID]) -> int:
    """Within a change: empty the papers about these. Returns how many were not before. They can not be opened any more."""
    papers = IssuedDocument.filter(about_kind=about_kind, about_id__in=list(about_ids)).exclude(
        data_sealed=b""
    )
    return await papers.update(data_sealed=b"", void_reason=None, updated_at=change.now)
