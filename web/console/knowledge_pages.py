"""The knowledge base at the desk: the list of entries with a question to try, and one entry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

from sanic import HTTPResponse, Request

from casework.permissions import Operation
from content.interpretations.answering import with_local
from content.interpretations.check_citations import citation_findings, coming_ends
from content.interpretations.desk_reading import DeskEntry, Votes, entries_at_desk, votes_since
from content.interpretations.law_library import laws_for
from content.interpretations.render import render_answer
from content.interpretations.views import Answer
from web.console.door import ConsoleDoor
from web.console.frame import KNOWLEDGE, frame_for, shown
from web.console.knowledge_findings import ABOUT_CITATIONS
from web.console.knowledge_screens import EntryGroup, EntryLine, KnowledgePage, Tried
from web.console.knowledge_words import band, brief, names_of, share, tabs, today
from web.console.screens import Chip, Fact, Note, Option
from web.console.visitor import Visitor

FILTERS = ("all", "unhelpful", "ending", "citation", "no_local")
ROWS, NEAR_ROWS = 60, 12
ASKED_AT_MOST = 200
VOTES_OF, ENDS_SOON = timedelta(days=90), timedelta(days=30)
FEWEST_VOTES = 2
"""So many must say that it did not help before an entry counts as unhelpful."""


async def show_knowledge(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/knowledge?q=…&show=…&category=…"""
    text = door.words.text
    asked = str(request.args.get("q", "")).strip()[:ASKED_AT_MOST]
    show = request.args.get("show", FILTERS[0])
    show = show if show in FILTERS else FILTERS[0]
    everything = await entries_at_desk()
    categories = list(dict.fromkeys(row.entry.category for row in everything))
    category = request.args.get("category", "")
    category = category if category in categories else ""
    troubles = await with_dead_citations(door, everything)
    votes = await votes_since(door.clock.now() - VOTES_OF)
    rows = [
        row
        for row in everything
        if (not category or row.entry.category == category)
        and (show == "all" or show in _flags(door, row, troubles, votes, today(door)))
    ]
    names = await names_of(door, {id for row in rows for id in (row.author_id, row.legal_reviewer_id)})
    near = _near(door, asked)
    if asked:
        found = {row.entry.slug: row for row in rows}
        rows = [found[slug] for slug in near if slug in found]
    begin = _number(request.args.get("from", ""))
    lines = [
        (row.entry.category, _line(door, row, troubles, votes, names, near))
        for row in rows[begin : begin + ROWS]
    ]
    query = f"show={show}&category={category}"
    page = KnowledgePage(
        tabs=tabs(door, "entries"),
        asked=asked,
        tried=tried(door, asked) if asked else None,
        groups=_groups(lines, is_near=bool(asked)),
        count=text("console_knowledge.count", count=len(rows)),
        filters=tuple(Option(value=one, words=text(f"console_knowledge.filter.{one}")) for one in FILTERS),
        filter=show,
        categories=tuple(Option(value=one, words=one) for one in categories),
        category=category,
        bands=tuple(
            Fact(name=text(f"console_knowledge.band.{one}"), words=text(f"console_knowledge.band_help.{one}"))
            for one in ("answer", "unsure", "lost")
        ),
        new=f"{KNOWLEDGE}/new" if visitor.may(Operation.KEEP_KNOWLEDGE) else "",
        more=f"{KNOWLEDGE}?{query}&from={begin + ROWS}" if len(rows) > begin + ROWS else "",
        first=f"{KNOWLEDGE}?{query}" if begin else "",
    )
    return shown(door, "knowledge.html", await frame_for(door, visitor, KNOWLEDGE), page)


def tried(door: ConsoleDoor, asked: str) -> Tried:
    """What the question would be answered with by the index in force, and why."""
    text, answer = door.words.text, door.knowledge.serving().answer(asked)
    facts = [("confidence", share(answer.confidence))]
    if answer.matched:
        facts.append(("matched", "、".join(answer.matched)))
    if answer.phrasing:
        facts.append(("phrasing", answer.phrasing))
    if answer.entry is not None:
        facts.append(("entry", answer.entry.question))
    why = _reason(door, answer)
    if why:
        facts.append(("why", why))
    return Tried(
        question=asked,
        band=band(door.words, answer.band),
        said=text(f"console_knowledge.tried.{answer.band}"),
        text=render_answer(door.words.catalogue, answer),
        facts=tuple(Fact(name=text(f"console_knowledge.fact.{name}"), words=words) for name, words in facts),
    )


def _reason(door: ConsoleDoor, answer: Answer) -> str:
    """Why in words; "" for a reason that has none yet."""
    key = f"console_knowledge.reason.{answer.reason}"
    return door.words.text(key) if door.words.catalogue.has(key) else ""


async def with_dead_citations(door: ConsoleDoor, rows: Sequence[DeskEntry]) -> frozenset[str]:
    """The slugs of those that cite what is not in force, or will soon not be. Without the whole check: it is a list."""
    entries, on = [row.entry for row in rows], today(door)
    laws = await laws_for(entries, door.knowledge.laws())
    return frozenset(
        entry.slug
        for entry in entries
        for one in (*citation_findings(entry, laws, on), *coming_ends(entry, laws, on))
        if one.kind in ABOUT_CITATIONS and one.kind != "no_digest"
    )


def without_local(door: ConsoleDoor, row: DeskEntry) -> tuple[str, ...]:
    """Names of the bureau's own figures that its profile does not say."""
    known = door.knowledge.local()
    return tuple(name for name in row.entry.local if name not in known)


def votes_words(door: ConsoleDoor, votes: Votes | None) -> str:
    if votes is None:
        return "—"
    return door.words.text("console_knowledge.votes", helped=votes.helped, unhelped=votes.unhelped)


def _flags(
    door: ConsoleDoor,
    row: DeskEntry,
    troubles: Collection[str],
    votes: Mapping[str, Votes],
    on: date,
) -> tuple[str, ...]:
    entry, said = row.entry, votes.get(row.entry.slug, Votes())
    flags = {
        "unhelpful": said.unhelped >= FEWEST_VOTES and said.unhelped >= said.helped,
        "ending": entry.valid_until_on is not None and entry.valid_until_on <= on + ENDS_SOON,
        "citation": entry.slug in troubles,
        "no_local": bool(without_local(door, row)),
    }
    return tuple(name for name, is_so in flags.items() if is_so)


def _line(
    door: ConsoleDoor,
    row: DeskEntry,
    troubles: Collection[str],
    votes: Mapping[str, Votes],
    names: Mapping[UUID | None, str],
    near: Mapping[str, float],
) -> EntryLine:
    text, entry = door.words.text, row.entry
    flags = _flags(door, row, troubles, votes, today(door))
    who = names[row.author_id]
    if row.legal_reviewer_id is not None:
        who = text("console_knowledge.who", author=who, reviewer=names[row.legal_reviewer_id])
    return EntryLine(
        href=f"{KNOWLEDGE}/entries/{entry.slug}",
        question=entry.question,
        brief=brief(with_local(entry, door.knowledge.local()).answer),
        votes=votes_words(door, votes.get(entry.slug)),
        version=text("console_knowledge.version", version=entry.version),
        who=who,
        troubles=tuple(
            Chip(words=text(f"console_knowledge.flag.{name}"), tone="late" if name == "citation" else "soon")
            for name in flags
        ),
        near=f"{near[entry.slug]:.2f}" if entry.slug in near else "",
    )


def _near(door: ConsoleDoor, asked: str) -> dict[str, float]:
    if not asked:
        return {}
    return {entry.slug: score for entry, score in door.knowledge.serving().ranked(asked, NEAR_ROWS)}


def _groups(lines: Sequence[tuple[str, EntryLine]], *, is_near: bool) -> tuple[EntryGroup, ...]:
    if is_near:
        return (EntryGroup(name="", rows=tuple(line for _, line in lines)),) if lines else ()
    by_category: dict[str, list[EntryLine]] = defaultdict(list)
    for category, line in lines:
        by_category[category].append(line)
    return tuple(EntryGroup(name=name, rows=tuple(rows)) for name, rows in by_category.items())


def _number(sent: str) -> int:
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 7 else 0


def notes_of(request: Request, door: ConsoleDoor, done: frozenset[str]) -> tuple[Note, ...]:
    """What was just done, in a sentence."""
    name = request.args.get("done", "")
    return (Note(words=door.words.text(f"console_knowledge.done.{name}")),) if name in done else ()
