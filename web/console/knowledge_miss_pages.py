"""Questions that were not answered: put together by meaning, made into phrasings or a new entry, or set aside."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.permissions import Operation
from content.interpretations import drafts
from content.interpretations.clustering import Cluster
from content.interpretations.drafts import NewDraft
from content.interpretations.misses import MissView, misses_of, open_misses, set_aside
from content.interpretations.views import EntryView
from kit.problems import Conflict, Invalid, NotFound, Problem
from nlp.normalise import normalise
from web.console.door import ConsoleDoor
from web.console.frame import KNOWLEDGE, frame_for, shown
from web.console.knowledge_entry_page import entry_here
from web.console.knowledge_pages import notes_of
from web.console.knowledge_screens import Candidate, ClusterCard, ClusterPage, MissesPage, MissLine
from web.console.knowledge_words import ADDRESSES, brief, tabs
from web.console.knowledge_writing import ids_of
from web.console.screens import Link, Note
from web.console.submission import value_of
from web.console.visitor import Visitor

MISSES = ADDRESSES["misses"]
CARDS, LOOKED_AT, CANDIDATES, FIND_AT_MOST = 20, 2_000, 6, 60
DONE = frozenset({"set_aside"})


async def show_misses(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/knowledge/misses?from=…"""
    return await render_misses(request, door, visitor, notes=notes_of(request, door, DONE))


async def render_misses(
    request: Request, door: ConsoleDoor, visitor: Visitor, *, notes: tuple[Note, ...] = (), status: int = 200
) -> HTTPResponse:
    """The clusters, those asked most first."""
    found = await _clusters(door)
    sent = request.args.get("from", "")
    begin = int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 6 else 0
    page = MissesPage(
        tabs=tabs(door, "misses"),
        clusters=tuple(_card(door, one) for one in found[begin : begin + CARDS]),
        count=door.words.text(
            "console_knowledge.miss_count", clusters=len(found), count=sum(one.count for one in found)
        ),
        may=visitor.may(Operation.KEEP_KNOWLEDGE),
        more=f"{MISSES}?from={begin + CARDS}" if len(found) > begin + CARDS else "",
        first=MISSES if begin else "",
        notes=notes,
    )
    return shown(door, "knowledge_misses.html", await frame_for(door, visitor, KNOWLEDGE), page, status)


async def show_cluster(request: Request, door: ConsoleDoor, visitor: Visitor, key: str) -> HTTPResponse:
    """GET /console/knowledge/misses/{key}?find=…: the questions, and entries they might belong to."""
    return await _render_cluster(request, door, visitor, key)


async def take_misses(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/knowledge/misses: what is ticked becomes phrasings of an entry, a new entry, or is set aside."""
    act, slug = value_of(request, "act"), value_of(request, "slug")
    ids = ids_of(request.form.getlist("miss") or [] if request.form else [])
    key = value_of(request, "key")
    try:
        if not ids:
            raise Invalid("problem.knowledge.none_chosen", field="miss")
        if act == "entry":
            return redirect(f"{KNOWLEDGE}/new?{urlencode([('miss', str(one)) for one in ids])}", status=303)
        if act == "set_aside":
            if not await set_aside(door.db, visitor.actor, ids):
                raise Conflict("problem.knowledge.misses_taken")
            return redirect(f"{MISSES}?done=set_aside", status=303)
        if not slug:
            raise Invalid("problem.knowledge.no_entry_chosen", field="slug")
        draft_id = await _as_phrasings(door, visitor, slug, ids)
        return redirect(f"{ADDRESSES['drafts']}/{draft_id}?done=proposed", status=303)
    except Problem as problem:
        note = Note(words=door.words.text(problem.key, **problem.params), tone="late")
        found = next((one for one in await _clusters(door) if one.key == key), None)
        if found is not None and value_of(request, "here"):
            return await _render_cluster(
                request, door, visitor, key, kept=ids, notes=(note,), status=problem.status
            )
        return await render_misses(request, door, visitor, notes=(note,), status=problem.status)


async def _as_phrasings(door: ConsoleDoor, visitor: Visitor, slug: str, ids: Sequence[UUID]) -> UUID:
    entry = (await entry_here(slug)).entry
    held = {normalise(one) for one in (entry.question, *entry.phrasings)}
    fresh = {normalise(one.words): one.words for one in reversed(await misses_of(ids))}
    added = tuple(words for plain, words in reversed(fresh.items()) if plain and plain not in held)
    if not added:
        raise Conflict("problem.knowledge.nothing_new")
    content = msgspec.structs.replace(entry, phrasings=entry.phrasings + added)
    return await drafts.propose(door.db, visitor.actor, NewDraft("phrasings", content, ids))


async def _clusters(door: ConsoleDoor) -> tuple[Cluster, ...]:
    misses = await open_misses(LOOKED_AT)
    return await door.knowledge.heaps.of(misses, door.knowledge.serving())


async def _render_cluster(
    request: Request,
    door: ConsoleDoor,
    visitor: Visitor,
    key: str,
    *,
    kept: Sequence[UUID] | None = None,
    notes: tuple[Note, ...] = (),
    status: int = 200,
) -> HTTPResponse:
    cluster = next((one for one in await _clusters(door) if one.key == key), None)
    if cluster is None:
        raise NotFound("problem.knowledge.cluster_gone")
    find = str(request.args.get("find", "")).strip()[:FIND_AT_MOST]
    serving, chosen = door.knowledge.serving(), value_of(request, "slug") or cluster.nearest or ""
    near = serving.ranked(find or cluster.words, CANDIDATES)
    known = {entry.slug for entry, _ in near}
    held = serving.entry(chosen) if chosen and chosen not in known else None
    page = ClusterPage(
        tabs=tabs(door, "misses"),
        title=cluster.words,
        count=door.words.text("console_knowledge.times", count=cluster.count),
        misses=tuple(_line(door, one, kept) for one in cluster.misses),
        candidates=(
            *((_candidate(held, "", chosen),) if held is not None else ()),
            *(_candidate(entry, f"{score:.2f}", chosen) for entry, score in near),
        ),
        find=find,
        here=f"{MISSES}/{cluster.key}",
        key=cluster.key,
        may=visitor.may(Operation.KEEP_KNOWLEDGE),
        notes=notes,
    )
    return shown(door, "knowledge_cluster.html", await frame_for(door, visitor, KNOWLEDGE), page, status)


def _candidate(entry: EntryView, near: str, chosen: str) -> Candidate:
    return Candidate(
        slug=entry.slug,
        question=entry.question,
        brief=brief(entry.answer),
        near=near,
        chosen=entry.slug == chosen,
    )


def _card(door: ConsoleDoor, cluster: Cluster) -> ClusterCard:
    text = door.words.text
    entry = door.knowledge.serving().entry(cluster.nearest) if cluster.nearest else None
    kinds = (text(f"console_knowledge.kind_count.{kind}", count=count) for kind, count in cluster.kinds)
    return ClusterCard(
        key=cluster.key,
        title=cluster.words,
        count=text("console_knowledge.times", count=cluster.count),
        kinds=" · ".join(kinds),
        misses=tuple(_line(door, one, None) for one in cluster.misses),
        nearest=Link(href=f"{KNOWLEDGE}/entries/{entry.slug}", words=entry.question) if entry else None,
        slug=entry.slug if entry is not None else "",
        proposal=cluster.proposal,
        href=f"{MISSES}/{cluster.key}",
    )


def _line(door: ConsoleDoor, one: MissView, kept: Sequence[UUID] | None) -> MissLine:
    text, now = door.words.text, door.clock.now()
    return MissLine(
        id=str(one.id),
        words=one.words,
        count=text("console_knowledge.asked", count=one.count, at=door.words.moment(one.last_at, now)),
        kind=text(f"console_knowledge.kind.{one.kind}"),
        chosen=kept is None or one.id in kept,
    )
