"""Drafts of knowledge in a clerk's words."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from content.interpretations.draft_views import DraftView
from content.interpretations.lifecycle import State
from content.interpretations.render import citation_line
from web.console.door import ConsoleDoor
from web.console.knowledge_draft_screens import DraftLine
from web.console.knowledge_words import ADDRESSES, entry_changes, phone_text
from web.console.screens import Chip, Tone

DRAFTS = ADDRESSES["drafts"]
TONES: Mapping[State, Tone] = {
    State.PROPOSED: "soon",
    State.EDITED: "brand",
    State.REVIEWED: "good",
    State.PUBLISHED: "good",
    State.REFUSED: "plain",
    State.WITHDRAWN: "plain",
}


def draft_chip(door: ConsoleDoor, view: DraftView) -> Chip:
    """Its state; what is approved by everybody who must is good."""
    if view.is_ready:
        return Chip(words=door.words.text("knowledge_draft.state.reviewed"), tone="good")
    return Chip(words=door.words.text(f"knowledge_draft.state.{view.state.value}"), tone=TONES[view.state])


def turn_of(view: DraftView) -> str:
    """Whose turn it is: "editing", "law", "ready", or "done"."""
    if view.state in (State.PUBLISHED, State.REFUSED, State.WITHDRAWN):
        return "done"
    if view.is_stale or view.state is State.PROPOSED:
        return "editing"
    return "ready" if view.is_ready else "law"


def what_words(door: ConsoleDoor, view: DraftView) -> str:
    """What the draft does, in short."""
    text, known = door.words.text, view.current.phrasings if view.current is not None else ()
    more = len(set(view.content.phrasings) - set(known))
    if view.kind == "withdraw":
        return text("console_knowledge.what.withdraw")
    if view.kind == "phrasings":
        return text("console_knowledge.what.phrasings", count=more)
    is_new = view.base_version is None
    return text("console_knowledge.what.new" if is_new else "console_knowledge.what.change")


def draft_line(
    door: ConsoleDoor, view: DraftView, names: Mapping[UUID | None, str], *, tickable: bool = False
) -> DraftLine:
    """One row of a list; with its whole text where it can be ticked."""
    text = door.words.text
    when = door.words.moment(view.updated_at, door.clock.now())
    return DraftLine(
        href=f"{DRAFTS}/{view.id}",
        question=view.content.question,
        what=what_words(door, view),
        who=text("console_knowledge.worded_by", name=names.get(view.worded_by_id, "—"), at=when),
        state=draft_chip(door, view),
        id=f"{view.id}.{view.revision}" if tickable else "",
        text=phone_text(door, view.content) if tickable and view.kind != "withdraw" else "",
        basis=citation_line(view.content.citations),
        changes=entry_changes(door, view.current, view.content) if tickable else (),
        is_new=view.current is None,
        troubles=_troubles(door, view),
    )


def _troubles(door: ConsoleDoor, view: DraftView) -> tuple[Chip, ...]:
    text, chips = door.words.text, []
    if view.is_stale:
        chips.append(Chip(words=text("console_knowledge.stale"), tone="late"))
    if view.faults:
        said = text("console_knowledge.faults", count=len(view.faults))
        chips.append(Chip(words=said, tone="late"))
    if view.warnings:
        said = text("console_knowledge.warnings", count=len(view.warnings))
        chips.append(Chip(words=said, tone="soon"))
    return tuple(chips)
