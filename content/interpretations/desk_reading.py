"""What the desk reads about entries: all that are published, whether answers helped, what became of each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec
from tortoise.functions import Count

from content.interpretations.keeping import from_json
from content.interpretations.models import (
    AnswerVote,
    KnowledgeEntry,
    KnowledgeRelease,
    KnowledgeRevision,
    LawArticle,
    LawText,
    QuestionMiss,
)
from content.interpretations.queries import view_of_row
from content.interpretations.views import Citation, EntryView


class DeskEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A published entry with who answers for it; whether it is valid today is for its dates to say."""

    entry: EntryView
    source: str
    updated_at: datetime
    author_id: UUID | None
    legal_reviewer_id: UUID | None


class Votes(msgspec.Struct, frozen=True):
    """How many people an entry helped, and how many not."""

    helped: int = 0
    unhelped: int = 0


class RevisionView(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as a release left it; `content` is None where it was withdrawn, `previous` where it was new."""

    number: int
    kind: str
    reason: str
    slug: str
    version: int
    content: EntryView | None
    previous: EntryView | None
    author_id: UUID | None
    legal_reviewer_id: UUID | None
    made_by_id: UUID
    made_at: datetime


class NearMiss(msgspec.Struct, frozen=True):
    """A question asked in vain that came nearest to an entry."""

    id: UUID
    words: str
    kind: str
    count: int


async def entries_at_desk() -> list[DeskEntry]:
    """Every published entry, in the order of category and slug."""
    rows = await KnowledgeEntry.filter(published=True).order_by("category", "slug")
    return [_at_desk(row) for row in rows]


async def entry_at_desk(slug: str) -> DeskEntry | None:
    """One published entry; None if there is none of that name."""
    row = await KnowledgeEntry.get_or_none(slug=slug, published=True)
    return _at_desk(row) if row is not None else None


async def votes_since(since: datetime, slug: str = "") -> dict[str, Votes]:
    """By slug, of one entry or all."""
    asked = AnswerVote.filter(made_at__gte=since, **({"slug": slug} if slug else {}))
    counts = (
        await asked.annotate(count=Count("id")).group_by("slug", "helped").values("slug", "helped", "count")
    )
    found: dict[str, dict[bool, int]] = {}
    for one in counts:
        found.setdefault(one["slug"], {})[bool(one["helped"])] = one["count"]
    return {name: Votes(sums.get(True, 0), sums.get(False, 0)) for name, sums in found.items()}


async def revisions_of(slug: str, limit: int) -> list[RevisionView]:
    """What releases made of an entry, newest first."""
    rows = await KnowledgeRevision.filter(slug=slug).order_by("-version").limit(limit)
    releases = {row.id: row for row in await KnowledgeRelease.filter(id__in={row.release_id for row in rows})}
    return [revision_view(row, releases[row.release_id]) for row in rows if row.release_id in releases]


async def misses_near(slug: str, limit: int) -> list[NearMiss]:
    """The open questions that came nearest to an entry, asked most first."""
    rows = await QuestionMiss.filter(slug=slug, state="open").order_by("-count", "-last_at").limit(limit)
    return [NearMiss(row.id, row.words, row.kind, row.count) for row in rows]


async def official_texts(citations: Iterable[Citation]) -> dict[Citation, str]:
    """The official text of each cited article, as far as its law was imported."""
    wanted = list(citations)
    laws = await LawText.filter(title__in={one.law for one in wanted}) if wanted else []
    named = {row.id: (row.title, row.version_on) for row in laws}
    numbers = {one.article for one in wanted}
    rows = await LawArticle.filter(law_id__in=list(named), number__in=numbers) if named else []
    texts = {(*named[row.law_id], row.number): row.text for row in rows}
    keys = {one: (one.law, one.version_on, one.article) for one in wanted}
    return {one: texts[key] for one, key in keys.items() if key in texts}


def revision_view(row: KnowledgeRevision, release: KnowledgeRelease) -> RevisionView:
    """A row of the history with its release."""
    return RevisionView(
        number=release.number,
        kind=release.kind,
        reason=release.reason,
        slug=row.slug,
        version=row.version,
        content=from_json(row.content) if row.content is not None else None,
        previous=from_json(row.previous) if row.previous is not None else None,
        author_id=row.author_id,
        legal_reviewer_id=row.legal_reviewer_id,
        made_by_id=release.made_by_id,
        made_at=row.made_at,
    )


def _at_desk(row: KnowledgeEntry) -> DeskEntry:
    return DeskEntry(
        entry=view_of_row(row),
        source=row.source,
        updated_at=row.updated_at,
        author_id=row.author_id,
        legal_reviewer_id=row.legal_reviewer_id,
    )
