"""One entry of the knowledge base: what citizens read, what it rests on, what became of it."""

from __future__ import annotations

from sanic import HTTPResponse, Request

from casework.permissions import Operation
from content.interpretations.check import check_entries
from content.interpretations.desk_reading import (
    DeskEntry,
    RevisionView,
    entry_at_desk,
    misses_near,
    revisions_of,
    votes_since,
)
from content.interpretations.draft_views import open_drafts
from content.interpretations.keeping import REASON_AT_MOST
from content.interpretations.law_library import laws_for
from kit.problems import NotFound
from web.console.door import ConsoleDoor
from web.console.frame import KNOWLEDGE, frame_for, shown
from web.console.knowledge_pages import VOTES_OF, votes_words, without_local
from web.console.knowledge_screens import EntryPage, MissLine, RevisionLine
from web.console.knowledge_words import (
    ADDRESSES,
    citation_lines,
    entry_changes,
    link_words,
    names_of,
    phone_text,
    tabs,
    today,
)
from web.console.screens import Ask, Fact, Link, Note
from web.console.visitor import Visitor

STEPS, MISSES = 20, 20


async def show_entry(request: Request, door: ConsoleDoor, visitor: Visitor, slug: str) -> HTTPResponse:
    """GET /console/knowledge/entries/{slug}."""
    return await render_entry(door, visitor, slug)


async def render_entry(
    door: ConsoleDoor,
    visitor: Visitor,
    slug: str,
    *,
    typed: str = "",
    wrong: str = "",
    notes: tuple[Note, ...] = (),
    status: int = 200,
) -> HTTPResponse:
    """The page, with what was typed into the form for withdrawing it and what is wrong with that."""
    text = door.words.text
    row = await entry_here(slug)
    entry, may = row.entry, visitor.may(Operation.KEEP_KNOWLEDGE)
    revisions = await revisions_of(slug, STEPS)
    votes = (await votes_since(door.clock.now() - VOTES_OF, slug)).get(slug)
    laws = await laws_for([entry], door.knowledge.laws())
    troubles = check_entries([entry], laws, today(door))
    misses = await misses_near(slug, MISSES)
    drafts = [one for one in await open_drafts(door.db, laws=door.knowledge.laws()) if one.slug == slug]
    page = EntryPage(
        tabs=tabs(door, "entries"),
        title=entry.question,
        text=phone_text(door, entry),
        facts=await _facts(door, row, votes_words(door, votes)),
        phrasings=entry.phrasings,
        citations=await citation_lines(door, entry),
        local=_local(door, row),
        troubles=tuple(one.text for one in troubles if one.forbids),
        revisions=await _revisions(door, revisions),
        misses=tuple(
            MissLine(
                id=str(one.id),
                words=one.words,
                count=text("console_knowledge.times", count=one.count),
                kind=text(f"console_knowledge.kind.{one.kind}"),
            )
            for one in misses
        ),
        drafts=tuple(
            Link(
                href=f"{ADDRESSES['drafts']}/{one.id}", words=text(f"knowledge_draft.state.{one.state.value}")
            )
            for one in drafts
        ),
        edit=f"{KNOWLEDGE}/entries/{slug}/edit" if may else "",
        withdraw=f"{KNOWLEDGE}/entries/{slug}/withdraw" if may else "",
        note=ask_note(door, "withdraw_why", typed, wrong) if may else None,
        seen=str(entry.version),
        notes=notes,
    )
    return shown(door, "knowledge_entry.html", await frame_for(door, visitor, KNOWLEDGE), page, status)


async def entry_here(slug: str) -> DeskEntry:
    """The entry of an address. Raises NotFound."""
    row = await entry_at_desk(slug)
    if row is None:
        raise NotFound("problem.knowledge.no_entry")
    return row


def ask_note(door: ConsoleDoor, name: str, typed: str = "", wrong: str = "", field: str = "reason") -> Ask:
    """The field for a reason."""
    text = door.words.text
    return Ask(
        name=field,
        kind="short",
        label=text(f"console_knowledge.{name}"),
        help=text(f"console_knowledge.{name}_help"),
        typed=typed,
        wrong=wrong,
        at_most=REASON_AT_MOST,
    )


async def _facts(door: ConsoleDoor, row: DeskEntry, votes: str) -> tuple[Fact, ...]:
    text, entry = door.words.text, row.entry
    names = await names_of(door, (row.author_id, row.legal_reviewer_id))
    until = entry.valid_until_on
    valid = text(
        "console_knowledge.valid", since=entry.valid_from_on, until=until or text("console_knowledge.no_end")
    )
    facts = {
        "category": entry.category,
        "version": text("console_knowledge.version", version=entry.version),
        "votes": votes,
        "author": names[row.author_id],
        "reviewer": names[row.legal_reviewer_id],
        "valid": valid,
        "sensitive": text(f"console_knowledge.sensitive.{'yes' if entry.sensitive else 'no'}"),
        "link": link_words(door, entry.link),
        "topic": entry.topic or "—",
    }
    return tuple(
        Fact(name=text(f"console_knowledge.fact.{name}"), words=words) for name, words in facts.items()
    )


def _local(door: ConsoleDoor, row: DeskEntry) -> tuple[Fact, ...]:
    text, known, missing = door.words.text, door.knowledge.local(), without_local(door, row)
    return tuple(
        Fact(
            name=name,
            words=text("console_knowledge.local_missing", words=words) if name in missing else known[name],
        )
        for name, words in row.entry.local.items()
    )


async def _revisions(door: ConsoleDoor, found: list[RevisionView]) -> tuple[RevisionLine, ...]:
    text, now = door.words.text, door.clock.now()
    names = await names_of(door, {one.made_by_id for one in found})
    return tuple(
        RevisionLine(
            title=text(
                "console_knowledge.revision", version=one.version, at=door.words.moment(one.made_at, now)
            ),
            href=f"{ADDRESSES['releases']}/{one.number}",
            who=names[one.made_by_id],
            reason=one.reason,
            changes=entry_changes(door, one.previous, one.content) if one.content is not None else (),
        )
        for one in found
    )
