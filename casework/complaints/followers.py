"""What follows for cases that hang on another one: those merged into it and those split from it.

Rows are locked one after the other in the order of their ids, the case that moved first.
"""

from __future__ import annotations

from uuid import UUID

from casework.actors import Actor, clock
from casework.complaints.answering import answered, put_answer
from casework.complaints.desk import Desk
from casework.complaints.events import (
    ComplaintMerged,
    ComplaintUnmerged,
    ComplaintUpdated,
    ComplaintWithdrawn,
)
from casework.complaints.lifecycle import COMPLAINT, OPEN_STATES, State
from casework.complaints.models import Complaint, ComplaintNote, ComplaintPhoto
from casework.complaints.moving import ACTION, Step, move_within
from casework.complaints.telling import common
from casework.complaints.wording import digest
from kit.db import Change

AT_MOST = 200
"""Cases merged into one. More are a matter of their own for a head, not for one transaction."""


async def followers(change: Change, lead_id: UUID) -> list[Complaint]:
    """The cases merged into this one that still wait for its answer, locked."""
    hanging = (
        await Complaint.filter(merged_into_id=lead_id, state=State.MERGED.value).only("id").order_by("id")
    )
    rows = [await change.lock(Complaint, one.id) for one in hanging]
    return [
        row for row in rows if row is not None and row.state == State.MERGED and row.merged_into_id == lead_id
    ]


async def answer_followers(desk: Desk, change: Change, lead: Complaint) -> None:
    """Whoever's case was merged into this one gets its answer, its photos included, and can rate and dispute it."""
    waiting = await followers(change, lead.id)
    if not waiting:
        return
    after = await ComplaintPhoto.filter(complaint_id=lead.id, stage="after").order_by("position")
    for row in waiting:
        step = Step(
            move="answer_with_lead",
            given={},
            content={"answer": lead.answer, "photos": len(after), "lead": lead.reference},
            fill=lambda row: put_answer(row, lead.answer),
            tell=lambda row: answered(desk, row),
            photos=tuple(one.file_id for one in after),
        )
        await move_within(desk, change, clock(), row, step)


async def tell_followers(desk: Desk, change: Change, actor: Actor, lead: Complaint, words: str) -> None:
    """Tell the same news to whoever's case was merged into this one."""
    for row in await followers(change, lead.id):
        row.updated_at = change.now
        await row.save(update_fields=["updated_at"])
        note = ComplaintNote(
            id=change.ids.new(),
            complaint_id=row.id,
            position=await ComplaintNote.filter(complaint_id=row.id).count() + 1,
            audience="public",
            staff_id=actor.id,
            text=words,
            at=change.now,
        )
        await note.save(force_create=True)
        content = {"note": note.position, "text_digest": digest(desk.sealer, words), "lead": lead.reference}
        await change.audit(row.id, actor, ACTION + "update", {"content": content})
        change.emit(ComplaintUpdated(**common(desk, row), update=words), row.id)


async def let_go(desk: Desk, change: Change, actor: Actor, row: Complaint) -> None:
    """A case was taken back: those merged into it go on under the first of them, its own parts are taken back too."""
    waiting = await followers(change, row.id)
    if waiting:
        await _promote(desk, change, row, waiting)
    for one in await Complaint.filter(parent_id=row.id).only("id").order_by("id"):
        part = await change.lock(Complaint, one.id)
        if part is None or part.state not in OPEN_STATES:
            continue
        if part.state not in COMPLAINT.find("withdraw").sources:
            continue
        step = Step(
            move="withdraw",
            given={},
            content={"with": row.reference},
            tell=lambda row: ComplaintWithdrawn(**common(desk, row)),
        )
        await move_within(desk, change, actor, part, step)


async def _promote(desk: Desk, change: Change, old: Complaint, waiting: list[Complaint]) -> None:
    lead, *others = waiting

    def fill(row: Complaint) -> None:
        row.merged_into_id = None
        row.unit, row.category, row.urgency = old.unit, old.category, old.urgency
        row.routing = old.routing

    step = Step(
        move="unmerge",
        given={},
        content={"lead": old.reference, "because": "lead_withdrawn"},
        fill=fill,
        tell=lambda row: ComplaintUnmerged(**common(desk, row), answer_by_at=row.due_at),
    )
    await move_within(desk, change, clock(), lead, step)
    for row in others:
        row.merged_into_id = lead.id
        row.revision += 1
        row.updated_at = change.now
        await row.save(update_fields=["merged_into_id", "revision", "updated_at"])
        facts = {
            "from": row.state,
            "to": row.state,
            "revision": row.revision,
            "content": {"lead": lead.reference},
        }
        await change.audit(row.id, clock(), ACTION + "other_lead", facts)


def merged(desk: Desk, row: Complaint) -> ComplaintMerged:
    """What the citizen of a merged case is told."""
    return ComplaintMerged(**common(desk, row), answer_by_at=row.due_at)
