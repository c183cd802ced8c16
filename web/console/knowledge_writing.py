"""Writing knowledge: a new entry, a change of one, a draft in other words."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from content.interpretations import drafts
from content.interpretations.desk_reading import entries_at_desk, entry_at_desk
from content.interpretations.draft_views import DraftView, draft_view, open_drafts, rebased
from content.interpretations.drafts import NewDraft
from content.interpretations.misses import misses_of
from content.interpretations.views import EntryView
from kit.problems import Conflict, Invalid, NotFound
from web.console.door import ConsoleDoor
from web.console.frame import KNOWLEDGE, frame_for, shown
from web.console.knowledge_citing import cited
from web.console.knowledge_draft_forms import (
    FIELDS,
    Written,
    findings_on,
    form_of,
    typed_before,
    typed_of,
    written,
)
from web.console.knowledge_entry_page import entry_here
from web.console.knowledge_screens import FieldChange
from web.console.knowledge_words import ADDRESSES, entry_changes, today
from web.console.screens import Link, Note
from web.console.submission import revision_of, value_of
from web.console.visitor import Visitor

MISSES_AT_MOST = 200
_OWN = re.compile(r"own-[0-9a-f]{10}")


@dataclass(frozen=True)
class Writing:
    """What is being written: a new entry, a change of `entry`, or `draft` in other words."""

    slug: str
    version: int
    misses: tuple[UUID, ...] = ()
    entry: EntryView | None = None
    draft: DraftView | None = None


async def new_entry(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/knowledge/new?miss=…: an empty form, or one that begins with what was asked."""
    misses = await misses_of(ids_of(request.args.getlist("miss") or []))
    asked = [one.words for one in misses]
    typed = dict.fromkeys(FIELDS, "") | {
        "question": asked[0] if asked else "",
        "phrasings": "\n".join(asked),
        "valid_from_on": today(door).isoformat(),
    }
    writing = Writing(slug=f"own-{secrets.token_hex(5)}", version=1, misses=tuple(one.id for one in misses))
    _, rows = cited(door.words, {}, door.knowledge.laws(), today(door))
    return await _form(door, visitor, writing, typed, read=Written(None, rows))


async def add_entry(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/knowledge/new: a draft, or the form again with what was typed and what is wrong."""
    slug = value_of(request, "slug")
    if not _OWN.fullmatch(slug):
        slug = f"own-{secrets.token_hex(5)}"
    return await _save(request, door, visitor, Writing(slug=slug, version=1, misses=_held(request)))


async def edit_entry(request: Request, door: ConsoleDoor, visitor: Visitor, slug: str) -> HTTPResponse:
    """GET /console/knowledge/entries/{slug}/edit."""
    entry = (await entry_here(slug)).entry
    writing = Writing(slug=slug, version=entry.version, entry=entry)
    return await _form(door, visitor, writing, typed_before(entry), found_in=entry)


async def change_entry(request: Request, door: ConsoleDoor, visitor: Visitor, slug: str) -> HTTPResponse:
    """POST /console/knowledge/entries/{slug}/edit: a draft that changes the entry, or the form again."""
    entry = (await entry_here(slug)).entry
    seen = value_of(request, "seen")
    version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 7 else 0
    return await _save(request, door, visitor, Writing(slug=slug, version=version, entry=entry))


async def edit_draft(request: Request, door: ConsoleDoor, visitor: Visitor, draft_id: str) -> HTTPResponse:
    """GET /console/knowledge/drafts/{id}/edit: on top of what is published now."""
    view = await draft_here(door, draft_id)
    if not _may_reword(view):
        return redirect(f"{ADDRESSES['drafts']}/{view.id}", status=303)
    content = rebased(view) if view.is_stale else view.content
    writing = Writing(slug=content.slug, version=content.version, draft=view)
    return await _form(door, visitor, writing, typed_before(content), found_in=content)


async def reword_draft(request: Request, door: ConsoleDoor, visitor: Visitor, draft_id: str) -> HTTPResponse:
    """POST /console/knowledge/drafts/{id}/edit."""
    view = await draft_here(door, draft_id)
    seen = value_of(request, "seen")
    version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 7 else view.content.version
    return await _save(request, door, visitor, Writing(slug=view.slug, version=version, draft=view))


async def draft_here(door: ConsoleDoor, draft_id: str) -> DraftView:
    """The draft of an address. Raises NotFound."""
    try:
        return await draft_view(door.db, UUID(draft_id), laws=door.knowledge.laws())
    except ValueError:
        raise NotFound("problem.knowledge.no_draft") from None


def _may_reword(view: DraftView) -> bool:
    return view.state.value in ("proposed", "edited", "reviewed") and view.kind != "withdraw"


async def _save(request: Request, door: ConsoleDoor, visitor: Visitor, writing: Writing) -> HTTPResponse:
    typed = typed_of(request)
    read = await written(door, typed, writing.slug, writing.version)
    is_look = value_of(request, "act") == "look"
    if is_look or read.entry is None:
        notes = () if is_look else (Note(words=door.words.text("console_knowledge.not_saved"), tone="late"),)
        status = 200 if is_look else 422
        return await _form(
            door, visitor, writing, typed, read=read, found_in=read.entry, notes=notes, status=status
        )
    try:
        draft_id = await _kept(request, door, visitor, writing, read.entry, typed["note"])
    except Invalid as problem:
        field = str(problem.params.get("field") or getattr(problem, "field", "") or "")
        sentence = door.words.text(problem.key, **problem.params)
        wrong = {field: [sentence]} if field in FIELDS else {}
        notes = () if wrong else (Note(words=sentence, tone="late"),)
        read = replace(read, wrong=wrong)
        return await _form(door, visitor, writing, typed, read=read, notes=notes, status=422)
    except Conflict as problem:
        return await _again(door, visitor, writing, typed, read, problem)
    return redirect(f"{ADDRESSES['drafts']}/{draft_id}?done=saved", status=303)


async def _kept(
    request: Request, door: ConsoleDoor, visitor: Visitor, writing: Writing, entry: EntryView, note: str
) -> UUID:
    if writing.draft is not None:
        seen = revision_of(request)
        await drafts.change_words(door.db, visitor.actor, writing.draft.id, entry, seen)
        return writing.draft.id
    for one in await open_drafts(door.db, laws=door.knowledge.laws()):
        if one.content == entry and one.worded_by_id == visitor.actor.id:
            return one.id  # the same form, sent twice
    return await drafts.propose(door.db, visitor.actor, NewDraft("entry", entry, writing.misses, note))


async def _again(
    door: ConsoleDoor,
    visitor: Visitor,
    writing: Writing,
    typed: Mapping[str, str],
    read: Written,
    problem: Conflict,
) -> HTTPResponse:
    """Somebody was faster: the form with what was typed, on top of theirs, and what differs between both."""
    text, mine, theirs = door.words.text, read.entry, None
    if writing.draft is not None:
        view = await draft_here(door, str(writing.draft.id))
        theirs = view.current if view.is_stale else view.content
        version = theirs.version if theirs is not None else 1
        writing = replace(writing, draft=view, version=version)
    elif writing.entry is not None:
        row = await entry_at_desk(writing.slug)
        theirs = row.entry if row is not None else None
        writing = replace(writing, entry=theirs, version=theirs.version if theirs is not None else 1)
    changes = entry_changes(door, theirs, mine) if theirs is not None else ()
    notes = [Note(words=text(problem.key, **problem.params), tone="late")]
    if theirs is not None:
        notes.append(Note(words=text("console_knowledge.theirs_note"), tone="soon"))
    return await _form(
        door, visitor, writing, typed, read=read, theirs=changes, notes=tuple(notes), status=409
    )


async def _form(
    door: ConsoleDoor,
    visitor: Visitor,
    writing: Writing,
    typed: Mapping[str, str],
    *,
    read: Written | None = None,
    found_in: EntryView | None = None,
    theirs: tuple[FieldChange, ...] = (),
    notes: tuple[Note, ...] = (),
    status: int = 200,
) -> HTTPResponse:
    text, all_entries = door.words.text, [row.entry for row in await entries_at_desk()]
    hidden = [("seen", str(writing.version))]
    if writing.draft is not None:
        address = f"{ADDRESSES['drafts']}/{writing.draft.id}"
        action, back, heading = f"{address}/edit", address, "draft"
        hidden.append(("expected_revision", str(writing.draft.revision)))
    elif writing.entry is not None:
        address = f"{KNOWLEDGE}/entries/{writing.slug}"
        action, back, heading = f"{address}/edit", address, "entry"
    else:
        action, back, heading = (
            f"{KNOWLEDGE}/new",
            ADDRESSES["misses" if writing.misses else "entries"],
            "new",
        )
        hidden += [("slug", writing.slug), *(("miss", str(one)) for one in writing.misses)]
    if found_in is None and read is not None:
        found_in = read.entry
    form = form_of(
        door,
        typed,
        action=action,
        back=Link(href=back, words=text(f"console_knowledge.form.back_{heading}")),
        heading=text(f"console_knowledge.form.{heading}"),
        hidden=hidden,
        read=read or await written(door, typed, writing.slug, writing.version),
        categories=_known(all_entries, "category"),
        topics=_known(all_entries, "topic"),
        found=await findings_on(door, found_in) if found_in is not None else (),
        theirs=theirs,
        notes=notes,
    )
    return shown(door, "knowledge_form.html", await frame_for(door, visitor, KNOWLEDGE), form, status)


def _known(entries: Sequence[EntryView], name: str) -> tuple[str, ...]:
    return tuple(sorted({str(getattr(one, name)) for one in entries} - {""}))


def _held(request: Request) -> tuple[UUID, ...]:
    sent = request.form.getlist("miss") if request.form else []
    return ids_of(sent or [])


def ids_of(sent: Sequence[object]) -> tuple[UUID, ...]:
    """The ids among what was sent; what is none is left out."""
    found = []
    for one in list(sent)[:MISSES_AT_MOST]:
        try:
            found.append(UUID(str(one)))
        except ValueError:
            continue
    return tuple(dict.fromkeys(found))
