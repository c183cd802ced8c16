"""Moves of drafts: approving, refusing, withdrawing; taking an entry out; several approvals by law at once."""

from __future__ import annotations

from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from content.interpretations import drafts
from content.interpretations.drafts import NewDraft
from kit.problems import Conflict, Invalid, NotFound, Problem
from web.console.door import ConsoleDoor
from web.console.knowledge_draft_pages import BUTTONS, WITH_REASON, render_draft, render_drafts
from web.console.knowledge_draft_words import DRAFTS
from web.console.knowledge_entry_page import entry_here, render_entry
from web.console.knowledge_writing import draft_here
from web.console.screens import Note
from web.console.submission import revision_of, value_of
from web.console.visitor import Visitor

TYPED_AT_MOST, SEVERAL_AT_MOST = 1_000, 50


async def take_draft_move(
    request: Request, door: ConsoleDoor, visitor: Visitor, draft_id: str, move: str
) -> HTTPResponse:
    """POST /console/knowledge/drafts/{id}/{move}: taken, or the page again with what was typed."""
    if move not in BUTTONS:
        raise NotFound()
    view = await draft_here(door, draft_id)
    reason = value_of(request, "reason")[:TYPED_AT_MOST]
    try:
        await _take(door, visitor, view.id, move, reason, revision_of(request))
    except Problem as problem:
        if problem.status == 404:
            raise
        sentence = door.words.text(problem.key, **problem.params)
        is_field = isinstance(problem, Invalid) and move in WITH_REASON
        fresh = await draft_here(door, draft_id)
        return await render_draft(
            door,
            visitor,
            fresh,
            move=move,
            typed=reason,
            wrong=sentence if is_field else "",
            notes=() if is_field else (Note(words=sentence, tone="late"),),
            status=problem.status,
        )
    return redirect(f"{DRAFTS}/{view.id}?done={move}", status=303)


async def approve_several(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/knowledge/drafts/approve-law: each by itself; what could not be approved is named."""
    text = door.words.text
    sent = request.form.getlist("draft") if request.form else []
    chosen = [str(one).partition(".") for one in sent or []][:SEVERAL_AT_MOST]
    refused: list[Note] = []
    taken = 0
    for name, _, seen in chosen:
        view = await draft_here(door, name)
        try:
            revision = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 7 else -1
            laws = door.knowledge.laws()
            await drafts.approve_law(door.db, visitor.actor, view.id, revision, laws=laws)
            taken += 1
        except Problem as problem:
            why = text(problem.key, **problem.params)
            words = text("console_knowledge.not_approved", question=view.content.question, why=why)
            refused.append(Note(words=words, tone="late"))
    if not chosen:
        refused.append(Note(words=text("problem.knowledge.none_chosen"), tone="late"))
    if not refused:
        return redirect(f"{DRAFTS}?turn=law&done=several", status=303)
    notes = (Note(words=text("console_knowledge.approved_count", count=taken)),) if taken else ()
    status = 409 if chosen else 422
    return await render_drafts(request, door, visitor, turn="law", notes=(*notes, *refused), status=status)


async def withdraw_entry(request: Request, door: ConsoleDoor, visitor: Visitor, slug: str) -> HTTPResponse:
    """POST /console/knowledge/entries/{slug}/withdraw: a draft that takes it out, or the page again."""
    row, reason = await entry_here(slug), value_of(request, "reason")[:TYPED_AT_MOST].strip()
    try:
        if not reason:
            raise Invalid("problem.knowledge.reason", field="reason", at_most=drafts.NOTE_AT_MOST)
        if value_of(request, "seen") != str(row.entry.version):
            raise Conflict("problem.knowledge.entry_moved_on")
        new = NewDraft("withdraw", row.entry, note=reason)
        draft_id = await drafts.propose(door.db, visitor.actor, new)
    except (Invalid, Conflict) as problem:
        sentence = door.words.text(problem.key, **problem.params)
        is_field = isinstance(problem, Invalid)
        notes = () if is_field else (Note(words=sentence, tone="late"),)
        return await render_entry(
            door,
            visitor,
            slug,
            typed=reason,
            wrong=sentence if is_field else "",
            notes=notes,
            status=problem.status,
        )
    return redirect(f"{DRAFTS}/{draft_id}?done=saved", status=303)


async def _take(
    door: ConsoleDoor, visitor: Visitor, draft_id: UUID, move: str, reason: str, seen: int
) -> None:
    actor = visitor.actor
    if move == "approve_edit":
        await drafts.approve_edit(door.db, actor, draft_id, seen)
    elif move == "approve_law":
        await drafts.approve_law(door.db, actor, draft_id, seen, laws=door.knowledge.laws())
    elif move == "send_back":
        await drafts.send_back(door.db, actor, draft_id, reason, seen)
    elif move == "refuse":
        await drafts.refuse(door.db, actor, draft_id, reason, seen)
    else:
        await drafts.withdraw(door.db, actor, draft_id, seen)
