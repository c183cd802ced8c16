"""Drafts of the knowledge base: proposing, wording, approving. Every refusal raises a Problem and changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from casework.actors import Actor
from content.interpretations.draft_views import check, is_own, needs_law
from content.interpretations.entry_shape import check_shape
from content.interpretations.keeping import as_json, from_json, given_reason, staff_id
from content.interpretations.law_library import laws_for
from content.interpretations.laws import LawIndex
from content.interpretations.lifecycle import KNOWLEDGE_DRAFT, MissState, State
from content.interpretations.models import KnowledgeDraft, KnowledgeEntry, QuestionMiss
from content.interpretations.queries import every_entry
from content.interpretations.refusing import refusing
from content.interpretations.views import EntryView
from content.moves import Moves
from kit.clock import local
from kit.db import Change, Database
from kit.problems import Conflict, Forbidden, Invalid, NotFound

NOTE_AT_MOST = 200
MISSES_AT_MOST = 200
Kind = Literal["phrasings", "entry", "withdraw"]
MOVES = Moves(KNOWLEDGE_DRAFT, "problem.knowledge.draft_moved_on", also=("slug",))


@dataclass(frozen=True)
class NewDraft:
    """`content` is the whole entry as it would be; its `version` is that of the published entry it was made from.

    `kind`: "phrasings" adds ways to ask, "entry" writes or changes one, "withdraw" takes one out. `misses` are the
    questions it answers.
    """

    kind: Kind
    content: EntryView
    misses: Sequence[UUID] = ()
    note: str = ""


async def propose(db: Database, actor: Actor, new: NewDraft) -> UUID:
    """A new draft. Raises Invalid, Conflict where the entry has moved on or another draft holds these questions."""
    KNOWLEDGE_DRAFT.check("reword", State.PROPOSED, actor.roles, {})
    author = staff_id(actor)
    check_shape(new.content)
    if len(new.note) > NOTE_AT_MOST:
        raise Invalid("problem.knowledge.note", field="note", at_most=NOTE_AT_MOST)
    if len(new.misses) > MISSES_AT_MOST:
        raise Invalid("problem.knowledge.misses", field="misses", at_most=MISSES_AT_MOST)

    async def work(change: Change) -> UUID:
        base = await _base(new.content, new.kind)
        await _hold(new.misses)
        row = KnowledgeDraft(
            id=change.ids.new(),
            slug=new.content.slug,
            base_version=base,
            kind=new.kind,
            content=as_json(new.content),
            misses=[str(one) for one in new.misses],
            origin="miss" if new.misses else "desk",
            note=new.note.strip(),
            state=State.PROPOSED.value,
            revision=1,
            made_by_id=author,
            made_at=change.now,
            worded_by_id=author,
            updated_at=change.now,
        )
        await row.save(force_create=True)
        facts = {"to": row.state, "revision": 1, "slug": row.slug, "kind": row.kind, "base": base}
        await change.audit(row.id, actor, "knowledge_draft.propose", facts)
        return row.id

    return await db.change(work)


async def change_words(
    db: Database, actor: Actor, draft_id: UUID, content: EntryView, seen: int | None = None
) -> None:
    """Other words; both approvals are undone. `seen` is the revision its sender saw.

    With `content.version` that of the entry as it is published now, the draft is based on that one from now on.
    """
    check_shape(content)

    async def work(change: Change) -> None:
        row = await locked(change, draft_id)
        MOVES.check(row, actor, "reword", seen)
        if content.slug != row.slug and row.base_version is not None:
            raise Invalid("problem.knowledge.slug_fixed", field="slug")
        if content.slug != row.slug or content.version != row.base_version:
            row.base_version = await _base(content, row.kind)
        row.slug, row.content, row.worded_by_id = content.slug, as_json(content), staff_id(actor)
        _unapproved(row)
        await MOVES.write(change, row, actor, "reword")

    await db.change(work)


async def approve_edit(db: Database, actor: Actor, draft_id: UUID, seen: int | None = None) -> None:
    """An editor stands for the words; where no law is cited it must not be who wrote them."""

    async def work(change: Change) -> None:
        row = await locked(change, draft_id)
        MOVES.check(row, actor, "approve_edit", seen)
        _check_four_eyes(row, actor, "approve_edit")
        await check_base(row)
        row.edited_by_id, row.edited_at = staff_id(actor), change.now
        await MOVES.write(change, row, actor, "approve_edit")

    await db.change(work)


async def approve_law(
    db: Database, actor: Actor, draft_id: UUID, seen: int | None = None, *, laws: LawIndex | None = None
) -> None:
    """A legal reviewer stands for what it says of the law: nobody who worded it or approved the words."""

    async def work(change: Change) -> None:
        row = await locked(change, draft_id)
        MOVES.check(row, actor, "approve_law", seen)
        if not needs_law(row.kind, from_json(row.content)):
            raise Conflict("problem.knowledge.cites_no_law")
        _check_four_eyes(row, actor, "approve_law")
        await check_base(row)
        day = local(change.now).date()
        index = await laws_for([from_json(row.content)], laws)
        faults = refusing(check(row, await every_entry(), index, day))
        if faults:
            raise Conflict("problem.knowledge.faulty", faults="；".join(one.text for one in faults[:5]))
        row.reviewed_by_id, row.reviewed_at = staff_id(actor), change.now
        await MOVES.write(change, row, actor, "approve_law")

    await db.change(work)


async def send_back(db: Database, actor: Actor, draft_id: UUID, reason: str, seen: int | None = None) -> None:
    """What was approved is to be worded again."""

    async def work(change: Change) -> None:
        row = await locked(change, draft_id)
        MOVES.check(row, actor, "send_back", seen, reason=reason)
        _unapproved(row)
        await MOVES.write(change, row, actor, "send_back", {"reason": given_reason(reason)})

    await db.change(work)


async def refuse(db: Database, actor: Actor, draft_id: UUID, reason: str, seen: int | None = None) -> None:
    """It is not to be published. Its questions wait for another draft."""

    async def work(change: Change) -> None:
        row = await locked(change, draft_id)
        MOVES.check(row, actor, "refuse", seen, reason=reason)
        await let_go(row, MissState.OPEN)
        await MOVES.write(change, row, actor, "refuse", {"reason": given_reason(reason)})

    await db.change(work)


async def withdraw(db: Database, actor: Actor, draft_id: UUID, seen: int | None = None) -> None:
    """Who worded it thinks better of it. Its questions wait for another draft."""

    async def work(change: Change) -> None:
        row = await locked(change, draft_id)
        MOVES.check(row, actor, "withdraw", seen)
        if not (actor.is_for(row.worded_by_id) or actor.is_for(row.made_by_id)):
            raise Forbidden("problem.knowledge.not_yours")
        await let_go(row, MissState.OPEN)
        await MOVES.write(change, row, actor, "withdraw")

    await db.change(work)


async def locked(change: Change, draft_id: UUID) -> KnowledgeDraft:
    """The draft, held against other writers. Raises NotFound."""
    row = await change.lock(KnowledgeDraft, draft_id)
    if row is None:
        raise NotFound("problem.knowledge.no_draft")
    return row


async def check_base(row: KnowledgeDraft) -> None:
    """Raises Conflict when the entry has moved on since the draft was made from it."""
    entry = await KnowledgeEntry.get_or_none(slug=row.slug)
    if (entry.version if entry is not None else None) != row.base_version:
        raise Conflict("problem.knowledge.entry_moved_on")


async def let_go(row: KnowledgeDraft, state: MissState) -> None:
    """What becomes of the questions the draft held."""
    if row.misses:
        held = QuestionMiss.filter(id__in=row.misses, state=MissState.PROPOSED.value)
        await held.update(state=state.value)


async def _hold(misses: Sequence[UUID]) -> None:
    if not misses:
        return
    wanted = QuestionMiss.filter(id__in=list(misses), state=MissState.OPEN.value)
    if await wanted.update(state=MissState.PROPOSED.value) != len(set(misses)):
        raise Conflict("problem.knowledge.misses_taken")


async def _base(content: EntryView, kind: str) -> int | None:
    """The version it is made from, None for a new entry."""
    entry = await KnowledgeEntry.get_or_none(slug=content.slug)
    if entry is None:
        if kind != "entry":
            raise NotFound("problem.knowledge.no_entry")
        return None
    if content.version != entry.version:
        raise Conflict("problem.knowledge.entry_moved_on")
    return entry.version


def _check_four_eyes(row: KnowledgeDraft, actor: Actor, move: str) -> None:
    if is_own(row, move, actor):
        raise Forbidden("problem.knowledge.own")


def _unapproved(row: KnowledgeDraft) -> None:
    row.edited_by_id = row.edited_at = row.reviewed_by_id = row.reviewed_at = None
