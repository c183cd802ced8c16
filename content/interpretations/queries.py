"""Reading the knowledge base."""

from collections.abc import Collection
from datetime import date

import msgspec

from content.interpretations.load import KNOWLEDGE
from content.interpretations.models import KnowledgeEntry, KnowledgeVersion
from content.interpretations.views import EntryView


async def published_entries(on: date) -> list[EntryView]:
    """Published entries valid on the local date `on`, in a stable order."""
    rows = await KnowledgeEntry.filter(published=True, valid_from_on__lte=on).order_by("slug")
    return [view_of_row(row) for row in rows if row.valid_until_on is None or row.valid_until_on >= on]


async def every_entry() -> list[EntryView]:
    """All published entries whatever their dates, in a stable order."""
    return [view_of_row(row) for row in await KnowledgeEntry.filter(published=True).order_by("slug")]


async def rows_by_slug(slugs: Collection[str]) -> dict[str, KnowledgeEntry]:
    """Rows of entries, withdrawn ones as well."""
    rows = await KnowledgeEntry.filter(slug__in=list(slugs)) if slugs else []
    return {row.slug: row for row in rows}


async def current_version() -> int:
    """The number that moves with every publication; 0 before the first."""
    row = await KnowledgeVersion.get_or_none(name=KNOWLEDGE)
    return row.version if row else 0


def view_of_row(row: KnowledgeEntry) -> EntryView:
    """An entry as its row has it."""
    return msgspec.convert(
        {
            "slug": row.slug,
            "question": row.question,
            "phrasings": row.phrasings,
            "answer": row.answer,
            "more": row.more,
            "citations": row.citations,
            "category": row.category,
            "sensitive": row.sensitive,
            "valid_from_on": row.valid_from_on,
            "valid_until_on": row.valid_until_on,
            "topic": row.topic or "",
            "link": row.link or "",
            "local": row.local or {},
            "version": row.version,
        },
        EntryView,
    )
