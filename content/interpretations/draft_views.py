"""What the console shows of drafts, and whether one may go on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import msgspec

from casework.actors import Actor
from content.interpretations.check import Finding, check_entries
from content.interpretations.keeping import from_json
from content.interpretations.law_library import laws_for
from content.interpretations.laws import LawIndex
from content.interpretations.lifecycle import KNOWLEDGE_DRAFT, OPEN, State
from content.interpretations.models import KnowledgeDraft, KnowledgeEntry
from content.interpretations.queries import every_entry, rows_by_slug, view_of_row
from content.interpretations.refusing import refusing
from content.interpretations.views import EntryView
from kit.clock import local
from kit.db import Database
from kit.problems import NotFound


@dataclass(frozen=True)
class DraftView:
    """A draft, the entry as it is published now (None: there is none), and what the check finds in it.

    `faults` forbid the approval by law and publishing, `warnings` do not. `is_stale`: the entry has moved on since the
    draft was made from it; it must be reworded on top of what is published now (`rebased`). `entry_version` is what the
    content's `version` must be then.
    """

    id: UUID
    slug: str
    kind: str
    content: EntryView
    current: EntryView | None
    base_version: int | None
    misses: tuple[UUID, ...]
    origin: str
    note: str
    state: State
    revision: int
    made_by_id: UUID | None
    made_at: datetime
    worded_by_id: UUID | None
    edited_by_id: UUID | None
    edited_at: datetime | None
    reviewed_by_id: UUID | None
    reviewed_at: datetime | None
    release_id: UUID | None
    updated_at: datetime
    is_stale: bool
    entry_version: int
    faults: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()

    @property
    def needs_law(self) -> bool:
        """Whether a legal reviewer has to approve it."""
        return needs_law(self.kind, self.content)

    @property
    def is_ready(self) -> bool:
        """Whether everybody who must has approved it."""
        return self.state is (State.REVIEWED if self.needs_law else State.EDITED)


def needs_law(kind: str, content: EntryView) -> bool:
    """Whether what would be published cites law."""
    return kind != "withdraw" and bool(content.citations)


def is_own(view: DraftView | KnowledgeDraft, move: str, actor: Actor) -> bool:
    """Whether four eyes forbid this approval: the actor, or whom they stand in for, worded or approved it already."""
    mine = {actor.id, actor.principal_for(KNOWLEDGE_DRAFT.find(move).by, None)} - {None}
    if move == "approve_law":
        return bool(mine & {view.worded_by_id, view.edited_by_id})
    content = view.content if isinstance(view, DraftView) else from_json(view.content)
    return move == "approve_edit" and not needs_law(view.kind, content) and view.worded_by_id in mine


def offered(view: DraftView, actor: Actor) -> tuple[str, ...]:
    """The moves this person may take with a draft now, in the order of the table; "publish" is made for several at once."""
    moves = (move.name for move in KNOWLEDGE_DRAFT.allowed(view.state, actor.roles))
    return tuple(move for move in moves if not is_own(view, move, actor) and _stands(view, move))


def _stands(view: DraftView, move: str) -> bool:
    if move == "approve_edit":
        return not view.is_stale
    if move == "approve_law":
        return view.needs_law and not view.is_stale and not view.faults
    return move != "publish" or (view.is_ready and not view.is_stale)


async def open_drafts(db: Database, *, laws: LawIndex | None = None) -> tuple[DraftView, ...]:
    """Drafts that wait for somebody, oldest first. Each is checked by itself: doubles show on its own page."""
    rows = await KnowledgeDraft.filter(state__in=[one.value for one in OPEN]).order_by("made_at", "id")
    current = await rows_by_slug({row.slug for row in rows})
    day = local(db.clock.now()).date()
    index = await laws_for([from_json(row.content) for row in rows], laws)
    return tuple(view_of(row, current.get(row.slug), check(row, (), index, day)) for row in rows)


async def done_drafts(limit: int = 30) -> tuple[DraftView, ...]:
    """The latest that were published, refused or withdrawn, newest first."""
    rows = (
        await KnowledgeDraft.exclude(state__in=[one.value for one in OPEN])
        .order_by("-updated_at")
        .limit(limit)
    )
    return tuple(view_of(row, None, ()) for row in rows)


async def draft_view(db: Database, draft_id: UUID, *, laws: LawIndex | None = None) -> DraftView:
    """One draft, checked against everything that is published. Raises NotFound."""
    row = await KnowledgeDraft.get_or_none(id=draft_id)
    if row is None:
        raise NotFound("problem.knowledge.no_draft")
    day = local(db.clock.now()).date()
    current = (await rows_by_slug([row.slug])).get(row.slug)
    index = await laws_for([from_json(row.content)], laws)
    return view_of(row, current, check(row, await every_entry(), index, day))


def check(row: KnowledgeDraft, others: Iterable[EntryView], laws: LawIndex, day: date) -> tuple[Finding, ...]:
    """What the check finds in the entry as it would be, beside the others."""
    if row.kind == "withdraw":
        return ()
    beside = [entry for entry in others if entry.slug != row.slug]
    return tuple(
        one for one in check_entries([*beside, from_json(row.content)], laws, day) if one.slug == row.slug
    )


def view_of(row: KnowledgeDraft, entry: KnowledgeEntry | None, findings: Iterable[Finding]) -> DraftView:
    """A row as it is shown. `entry` is that of its slug, published or withdrawn."""
    found = tuple(findings)
    current = view_of_row(entry) if entry is not None and entry.published else None
    faults = refusing(found)
    return DraftView(
        id=row.id,
        slug=row.slug,
        kind=row.kind,
        content=from_json(row.content),
        current=current,
        base_version=row.base_version,
        misses=tuple(UUID(one) for one in row.misses),
        origin=row.origin,
        note=row.note,
        state=State(row.state),
        revision=row.revision,
        made_by_id=row.made_by_id,
        made_at=row.made_at,
        worded_by_id=row.worded_by_id,
        edited_by_id=row.edited_by_id,
        edited_at=row.edited_at,
        reviewed_by_id=row.reviewed_by_id,
        reviewed_at=row.reviewed_at,
        release_id=row.release_id,
        updated_at=row.updated_at,
        is_stale=State(row.state) in OPEN
        and (entry.version if entry is not None else None) != row.base_version,
        entry_version=entry.version if entry is not None else 1,
        faults=faults,
        warnings=tuple(one for one in found if one not in faults),
    )


def rebased(view: DraftView) -> EntryView:
    """The draft's words on top of what is published now: with `change_words` it is no longer stale.

    New phrasings are added to those of now; of an entry whose words were changed the draft's words stand, and whoever
    approves it compares.
    """
    if view.current is None or view.kind != "phrasings":
        return msgspec.structs.replace(view.content, version=view.entry_version)
    held = view.current.phrasings
    return msgspec.structs.replace(
        view.current,
        phrasings=held + tuple(one for one in view.content.phrasings if one not in held),
    )


def differing(before: EntryView | None, after: EntryView | None) -> Mapping[str, tuple[object, object]]:
    """Which fields of an entry a draft or a release changes: field -> (before, after); version apart."""
    fields = [one for one in EntryView.__struct_fields__ if one not in ("slug", "version")]
    return {
        one: (getattr(before, one, None), getattr(after, one, None))
        for one in fields
        if getattr(before, one, None) != getattr(after, one, None)
    }
