"""Reading releases: what each changed, who made it, and how the evaluation moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from content.interpretations.evaluation import Report
from content.interpretations.keeping import from_json
from content.interpretations.models import KnowledgeRelease, KnowledgeRevision
from content.interpretations.views import EntryView
from kit.problems import NotFound


@dataclass(frozen=True)
class RevisedEntry:
    """One entry as a release left it (None: withdrawn) and as it was before (None: it was not published)."""

    slug: str
    version: int
    before: EntryView | None
    after: EntryView | None
    author_id: UUID | None
    legal_reviewer_id: UUID | None


@dataclass(frozen=True)
class ReleaseView:
    """One publication. `restores` is the release it went back to; figures are None where an older program made them."""

    id: UUID
    number: int
    kind: str
    reason: str
    made_by_id: UUID
    made_at: datetime
    restores: int | None
    before: Report | None
    after: Report | None
    entries: tuple[RevisedEntry, ...]


async def releases(limit: int = 30, before: int | None = None) -> tuple[ReleaseView, ...]:
    """Newest first; `before` a number for the next page."""
    rows = KnowledgeRelease.all().order_by("-number").limit(limit)
    return await _views(await (rows.filter(number__lt=before) if before is not None else rows))


async def release_view(number: int) -> ReleaseView:
    """One of them. Raises NotFound."""
    row = await KnowledgeRelease.get_or_none(number=number)
    if row is None:
        raise NotFound("problem.knowledge.no_release")
    return (await _views([row]))[0]


async def _views(rows: Sequence[KnowledgeRelease]) -> tuple[ReleaseView, ...]:
    changed: dict[UUID, list[RevisedEntry]] = defaultdict(list)
    ids = [row.id for row in rows]
    for one in await KnowledgeRevision.filter(release_id__in=ids).order_by("slug") if ids else []:
        changed[one.release_id].append(
            RevisedEntry(
                slug=one.slug,
                version=one.version,
                before=_entry(one.previous),
                after=_entry(one.content),
                author_id=one.author_id,
                legal_reviewer_id=one.legal_reviewer_id,
            )
        )
    return tuple(
        ReleaseView(
            id=row.id,
            number=row.number,
            kind=row.kind,
            reason=row.reason,
            made_by_id=row.made_by_id,
            made_at=row.made_at,
            restores=row.restores,
            before=_figures(row.before),
            after=_figures(row.after),
            entries=tuple(changed[row.id]),
        )
        for row in rows
    )


def _entry(content: Mapping[str, Any] | None) -> EntryView | None:
    return from_json(content) if content is not None else None


def _figures(kept: Mapping[str, Any]) -> Report | None:
    try:
        return msgspec.convert(dict(kept), Report)
    except msgspec.ValidationError:
        return None
