"""Publishing drafts that everybody approved: what is ready, what it would do, and doing it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.permissions import Operation
from content.interpretations import publishing
from content.interpretations.draft_views import DraftView, open_drafts
from content.interpretations.previewing import Preview
from kit.problems import Conflict, Invalid, NotFound, Problem
from web.console.door import ConsoleDoor
from web.console.frame import KNOWLEDGE, frame_for, shown
from web.console.knowledge_draft_screens import PublishPage
from web.console.knowledge_draft_words import draft_line
from web.console.knowledge_entry_page import ask_note
from web.console.knowledge_findings import sentences
from web.console.knowledge_outlook import Names, changed_entries, outlook
from web.console.knowledge_words import ADDRESSES, names_of, tabs
from web.console.knowledge_writing import ids_of
from web.console.screens import Note
from web.console.submission import value_of
from web.console.visitor import Visitor

TYPED_AT_MOST, SEEN_LENGTH = 1_000, 64


async def show_publish(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/knowledge/publish?draft=…: what is ready; with drafts, what publishing them would do."""
    return await _render(door, visitor, ids_of(request.args.getlist("draft") or []))


async def publish_drafts(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/knowledge/publish: a release, or the page again with what was typed."""
    ids = ids_of(request.form.getlist("draft") or [] if request.form else [])
    reason = value_of(request, "reason")[:TYPED_AT_MOST]
    seen = value_of(request, "seen")[:SEEN_LENGTH]
    try:
        if not ids:
            raise Invalid("problem.knowledge.none_chosen", field="drafts")
        laws = door.knowledge.laws()
        number = await publishing.publish(
            door.db,
            visitor.actor,
            ids,
            reason,
            seen,
            laws=laws,
            questions=door.knowledge.questions,
            trials=door.knowledge.trials,
        )
    except Problem as problem:
        sentence = door.words.text(problem.key, **problem.params)
        is_field = isinstance(problem, Invalid) and _field(problem) == "reason"
        notes = () if is_field else (Note(words=sentence, tone="late"),)
        return await _render(
            door,
            visitor,
            ids,
            typed=reason,
            wrong=sentence if is_field else "",
            notes=notes,
            status=problem.status,
        )
    return redirect(f"{ADDRESSES['releases']}/{number}?done=published", status=303)


async def _render(
    door: ConsoleDoor,
    visitor: Visitor,
    ids: Sequence[UUID],
    *,
    typed: str = "",
    wrong: str = "",
    notes: tuple[Note, ...] = (),
    status: int = 200,
) -> HTTPResponse:
    laws = door.knowledge.laws()
    waiting = await open_drafts(door.db, laws=laws)
    ready = [one for one in waiting if one.is_ready and not one.is_stale]
    gone = set(ids) - {one.id for one in ready}
    if gone and not notes:
        notes = (Note(words=door.words.text("console_knowledge.publish.gone"), tone="soon"),)
    chosen = tuple(one for one in ids if one not in gone)
    plan, problem = await _planned(door, chosen)
    if problem is not None and not notes:
        notes = (Note(words=door.words.text(problem.key, **problem.params), tone="late"),)
        status = problem.status
    names = await names_of(door, {one.worded_by_id for one in ready})
    page = PublishPage(
        tabs=tabs(door, "publish"),
        rows=tuple(draft_line(door, one, names, tickable=True) for one in ready),
        chosen=tuple(str(one) for one in chosen),
        entries=changed_entries(door, ((one.slug, one.before, one.after) for one in plan.changes))
        if plan
        else (),
        outlook=outlook(door, plan.before, plan.after, plan.moved, question_names(door, plan))
        if plan
        else None,
        faults=sentences(plan.faults, door.knowledge.serving()) if plan else (),
        warns=sentences(plan.warnings, door.knowledge.serving()) if plan else (),
        seen=plan.seen if plan else "",
        reason=ask_note(door, "publish_why", typed, wrong),
        may=visitor.may(Operation.PUBLISH_KNOWLEDGE),
        waiting=_waiting(door, waiting, ready),
        notes=notes,
    )
    return shown(door, "knowledge_publish.html", await frame_for(door, visitor, KNOWLEDGE), page, status)


async def _planned(door: ConsoleDoor, ids: Sequence[UUID]) -> tuple[Preview | None, Problem | None]:
    if not ids:
        return None, None
    try:
        laws, questions, trials = door.knowledge.laws(), door.knowledge.questions, door.knowledge.trials
        return await publishing.preview(door.db, ids, laws=laws, questions=questions, trials=trials), None
    except (Invalid, Conflict, NotFound) as problem:
        return None, problem


def question_names(door: ConsoleDoor, plan: Preview) -> Names:
    """The question of an entry by its slug, as it would be."""
    known = {one.slug: (one.after or one.before) for one in plan.changes}

    def named(slug: str) -> str:
        entry = known.get(slug) or door.knowledge.serving().entry(slug)
        return entry.question if entry is not None else slug

    return named


def _waiting(door: ConsoleDoor, waiting: Sequence[DraftView], ready: Sequence[DraftView]) -> str:
    count = len(waiting) - len(ready)
    return door.words.text("console_knowledge.publish.waiting", count=count) if count else ""


def _field(problem: Problem) -> str:
    return str(problem.params.get("field") or getattr(problem, "field", "") or "")
