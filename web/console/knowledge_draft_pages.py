"""Drafts of knowledge: what waits for whom, and one of them beside what is published."""

from __future__ import annotations

from dataclasses import replace

from sanic import HTTPResponse, Request

from casework.permissions import Operation
from content.interpretations.draft_views import DraftView, done_drafts, offered, open_drafts
from content.interpretations.misses import misses_of
from web.console.door import ConsoleDoor
from web.console.frame import KNOWLEDGE, frame_for, shown
from web.console.knowledge_draft_screens import DraftButton, DraftPage, DraftsPage
from web.console.knowledge_draft_words import DRAFTS, draft_chip, draft_line, turn_of, what_words
from web.console.knowledge_entry_page import ask_note
from web.console.knowledge_findings import by_field, sentences
from web.console.knowledge_pages import notes_of
from web.console.knowledge_screens import FieldChange, MissLine
from web.console.knowledge_words import ADDRESSES, citation_lines, entry_changes, names_of, phone_text, tabs
from web.console.knowledge_writing import draft_here
from web.console.screens import Fact, Link, Note
from web.console.visitor import Visitor

TURNS = ("mine", "editing", "law", "ready", "done")
DONE = frozenset(
    {"saved", "approve_edit", "approve_law", "send_back", "refuse", "withdraw", "several", "proposed"}
)
BUTTONS = ("approve_edit", "approve_law", "send_back", "refuse", "withdraw")
WITH_REASON = frozenset({"send_back", "refuse"})
KINDS = {"approve_edit": "primary", "approve_law": "primary", "refuse": "grave", "withdraw": "grave"}


async def show_drafts(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/knowledge/drafts?turn=…"""
    return await render_drafts(request, door, visitor, notes=notes_of(request, door, DONE))


async def render_drafts(
    request: Request,
    door: ConsoleDoor,
    visitor: Visitor,
    *,
    turn: str = "",
    notes: tuple[Note, ...] = (),
    status: int = 200,
) -> HTTPResponse:
    """The drafts of one tab; who may approve law ticks several there."""
    text, laws = door.words.text, door.knowledge.laws()
    waiting = await open_drafts(door.db, laws=laws)
    mine = [one for one in waiting if is_turn_of(one, visitor)]
    turn = turn or request.args.get("turn", "")
    turn = turn if turn in TURNS else ("mine" if mine else "editing")
    if turn == "done":
        rows = list(await done_drafts())
    else:
        rows = mine if turn == "mine" else [one for one in waiting if turn_of(one) == turn]
    approvable = {one.id for one in rows if "approve_law" in offered(one, visitor.actor)}
    counts = {name: sum(turn_of(one) == name for one in waiting) for name in TURNS} | {"mine": len(mine)}
    names = await names_of(door, {one.worded_by_id for one in rows})
    page = DraftsPage(
        tabs=tabs(door, "drafts"),
        turns=tuple(
            Link(href=f"{DRAFTS}?turn={name}", words=_turn_words(door, name, counts), here=name == turn)
            for name in TURNS
        ),
        rows=tuple(draft_line(door, one, names, tickable=one.id in approvable) for one in rows),
        lead=text(f"console_knowledge.turn_lead.{turn}"),
        approve=f"{DRAFTS}/approve-law" if approvable else "",
        button=text("console_knowledge.approve_several"),
        new=f"{KNOWLEDGE}/new" if visitor.may(Operation.KEEP_KNOWLEDGE) else "",
        publish=ADDRESSES["publish"] if visitor.may(Operation.PUBLISH_KNOWLEDGE) and counts["ready"] else "",
        notes=notes,
    )
    return shown(door, "knowledge_drafts.html", await frame_for(door, visitor, KNOWLEDGE), page, status)


async def show_draft(request: Request, door: ConsoleDoor, visitor: Visitor, draft_id: str) -> HTTPResponse:
    """GET /console/knowledge/drafts/{id}."""
    view = await draft_here(door, draft_id)
    return await render_draft(door, visitor, view, notes=notes_of(request, door, DONE))


async def render_draft(
    door: ConsoleDoor,
    visitor: Visitor,
    view: DraftView,
    *,
    move: str = "",
    typed: str = "",
    wrong: str = "",
    notes: tuple[Note, ...] = (),
    status: int = 200,
) -> HTTPResponse:
    """The page; `typed` is what was typed for `move`, `wrong` what is wrong with it."""
    text, moves = door.words.text, offered(view, visitor.actor)
    misses = await misses_of(view.misses)
    after = None if view.kind == "withdraw" else view.content
    before = view.current if after is not None else view.content
    changes = entry_changes(door, before, after, all_fields=True) if after is not None else ()
    changes = _with_findings(door, view, changes)
    heads, serving = by_field((*view.faults, *view.warnings)).get("", []), door.knowledge.serving()
    page = DraftPage(
        tabs=tabs(door, "drafts"),
        title=view.content.question,
        state=draft_chip(door, view),
        turn=text(f"console_knowledge.turn.{turn_of(view)}"),
        revision=str(view.revision),
        text=phone_text(door, view.content) if after is not None else "",
        changes=tuple(one for one in changes if one.changed or one.forbids or one.warns),
        same=tuple(one for one in changes if not (one.changed or one.forbids or one.warns)),
        is_new=view.current is None and view.base_version is None,
        forbids=sentences((one for one in view.faults if one in heads), serving),
        warns=sentences((one for one in view.warnings if one in heads), serving),
        citations=await citation_lines(door, after) if after is not None else (),
        facts=await _facts(door, view),
        misses=tuple(
            MissLine(id=str(one.id), words=one.words, count=text("console_knowledge.times", count=one.count))
            for one in misses
        ),
        buttons=tuple(
            _button(door, view, name, typed if name == move else "", wrong if name == move else "")
            for name in BUTTONS
            if name in moves
            and (name != "withdraw" or visitor.actor.is_for(view.worded_by_id or view.made_by_id))
        ),
        edit=f"{DRAFTS}/{view.id}/edit" if "reword" in moves and view.kind != "withdraw" else "",
        publish=f"{ADDRESSES['publish']}?draft={view.id}" if "publish" in moves else "",
        notes=(*notes, *_standing_notes(door, view, visitor, moves)),
    )
    return shown(door, "knowledge_draft.html", await frame_for(door, visitor, KNOWLEDGE), page, status)


def is_turn_of(view: DraftView, visitor: Visitor) -> bool:
    """Whether it waits for this person: to approve, or to publish; what is stale waits for who worded it."""
    moves = offered(view, visitor.actor)
    if view.is_stale:
        return "reword" in moves and visitor.actor.is_for(view.worded_by_id)
    return bool({"approve_edit", "approve_law", "publish"} & set(moves))


def _turn_words(door: ConsoleDoor, name: str, counts: dict[str, int]) -> str:
    words = door.words.text(f"console_knowledge.turns.{name}")
    return words if name == "done" else f"{words} {counts[name]}"


def _with_findings(
    door: ConsoleDoor, view: DraftView, changes: tuple[FieldChange, ...]
) -> tuple[FieldChange, ...]:
    """Each field with what the check says about it."""
    forbids, warns, serving = by_field(view.faults), by_field(view.warnings), door.knowledge.serving()
    names = {door.words.text(f"console_knowledge.field.{name}"): name for name in (*forbids, *warns) if name}

    def said(name: str, field: FieldChange) -> FieldChange:
        refusals, doubts = (sentences(found.get(name, ()), serving) for found in (forbids, warns))
        return replace(field, forbids=refusals, warns=doubts)

    found = [said(names.pop(one.label), one) if one.label in names else one for one in changes]
    # What is said about a field that is empty before and after still has to be said.
    return (*found, *(said(name, FieldChange(label=label)) for label, name in names.items()))


def _standing_notes(
    door: ConsoleDoor, view: DraftView, visitor: Visitor, moves: tuple[str, ...]
) -> tuple[Note, ...]:
    """Why somebody who might approve cannot."""
    text, said = door.words.text, []
    if view.is_stale:
        said.append(Note(words=text("console_knowledge.stale_note"), tone="late"))
    turn = turn_of(view)
    waits = {"editing": "approve_edit", "law": "approve_law"}.get(turn, "")
    if waits and waits not in moves and not view.is_stale and visitor.may(Operation.KEEP_KNOWLEDGE):
        faulty = turn == "law" and view.faults
        said.append(Note(words=text(f"console_knowledge.waits.{'faulty' if faulty else turn}"), tone="soon"))
    return tuple(said)


def _button(door: ConsoleDoor, view: DraftView, name: str, typed: str, wrong: str) -> DraftButton:
    text = door.words.text
    return DraftButton(
        name=name,
        action=f"{DRAFTS}/{view.id}/{name}",
        words=text(f"knowledge_draft.move.{name}"),
        hint=text(f"console_knowledge.move_hint.{name}"),
        kind=KINDS.get(name, ""),
        reason=ask_note(door, "reason_why", typed, wrong) if name in WITH_REASON else None,
    )


async def _facts(door: ConsoleDoor, view: DraftView) -> tuple[Fact, ...]:
    text, now = door.words.text, door.clock.now()
    names = await names_of(door, (view.made_by_id, view.worded_by_id, view.edited_by_id, view.reviewed_by_id))
    facts = [("what", what_words(door, view)), ("made", names[view.made_by_id])]
    if view.worded_by_id != view.made_by_id:
        facts.append(("worded", names[view.worded_by_id]))
    for name, id, at in (
        ("edited", view.edited_by_id, view.edited_at),
        ("reviewed", view.reviewed_by_id, view.reviewed_at),
    ):
        if id is not None and at is not None:
            said = text("console_knowledge.by_at", name=names[id], at=door.words.moment(at, now))
            facts.append((name, said))
    if view.note:
        facts.append(("note", view.note))
    return tuple(
        Fact(name=text(f"console_knowledge.draft_fact.{name}"), words=words) for name, words in facts
    )
