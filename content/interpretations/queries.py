"""Reading the knowledge base."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

import msgspec

from content.interpretations.check import all_citable
from content.interpretations.law_library import known_laws
from content.interpretations.laws import LawIndex, shipped_laws
from content.interpretations.load import KNOWLEDGE
from content.interpretations.models import KnowledgeEntry, KnowledgeVersion
from content.interpretations.views import EntryView
from kit.db.raw import Statement

Rows = Sequence[dict[str, Any]]


async def published_entries(on: date, laws: LawIndex | None = None) -> list[EntryView]:
    """Published entries that may answer on the local date `on`, in a stable order: valid, and citing law in force."""
    return answering_on(await every_entry(), on, laws or await known_laws())


def answering_on(entries: Iterable[EntryView], on: date, laws: LawIndex | None = None) -> list[EntryView]:
    """Those of the entries that may answer on a day."""
    index = laws or shipped_laws()
    valid = (
        entry
        for entry in entries
        if entry.valid_from_on <= on and (entry.valid_until_on is None or entry.valid_until_on >= on)
    )
    return all_citable(valid, index, on)


async def published_rows() -> Rows:
    """All published entries as the database gives them: quickly fetched, to be read in a thread by `entries_in`."""
    return await _PUBLISHED.rows(KnowledgeEntry._meta.db, True)


def entries_in(rows: Rows) -> list[EntryView]:
    """The entries of `published_rows`, in a stable order. At ten thousand this takes a moment: not for an event loop."""
    return [_read(row) for row in rows]


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


def _read(row: dict[str, Any]) -> EntryView:
    said = dict(row, sensitive=bool(row["sensitive"]), topic=row["topic"] or "", link=row["link"] or "")
    for name in ("phrasings", "citations", "local"):
        # One engine gives text, the other may have read it already.
        held = said[name]
        said[name] = msgspec.json.decode(held) if isinstance(held, str | bytes) else held
    said["local"] = said["local"] or {}
    return msgspec.convert(said, EntryView)


_PUBLISHED = Statement(
    """
    SELECT slug, question, phrasings, answer, more, citations, category, sensitive, valid_from_on, valid_until_on,
        topic, link, local, version
    FROM knowledge_entry WHERE published = $1 ORDER BY slug
    """
)
