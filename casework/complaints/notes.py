"""What staff write beside the moves of a case: notes among themselves, and news for the citizen.

The two are two acts with two permissions, and never the same text by accident: an internal note is shown to staff
alone and told to nobody, an update is told to the citizen word for word. Neither can be changed afterwards. The words
stand in their row; the audit chain attests them by a digest.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.desk import Desk
from casework.complaints.events import ComplaintUpdated
from casework.complaints.followers import tell_followers
from casework.complaints.lifecycle import OPEN_STATES
from casework.complaints.models import Complaint, ComplaintNote
from casework.complaints.moving import ACTION
from casework.complaints.sight import require_on, sight_of
from casework.complaints.telling import common
from casework.complaints.wording import digest, required
from casework.people.models import Staff
from casework.permissions import Operation, require
from kit.db import Change
from kit.problems import Conflict, Invalid, NotFound

NOTE_AT_MOST = 2_000
UPDATE_AT_MOST = 500
"""Characters: a customer-service message holds 2,048 bytes, and the whole update is to arrive."""
NOTES_AT_MOST = 300


class Kind(StrEnum):
    """For whom it is: the staff alone, or the citizen."""

    INTERNAL = "internal"
    PUBLIC = "public"


class NoteView(msgspec.Struct, frozen=True, kw_only=True):
    """One text that staff wrote on a case. `by` is empty for whoever is no longer on record."""

    position: int
    kind: Kind
    text: str
    by: str
    at: datetime


async def note_internally(desk: Desk, actor: Actor, complaint_id: UUID, text: str, *, act: str) -> None:
    """Write a note for colleagues, in any state of the case. `act` names the form: the same act writes once.

    Raises Forbidden for a role that may not, NotFound for a case that is not theirs to see, Invalid for no words.
    """
    require(actor, Operation.NOTE_INTERNALLY)
    words = required(text, field="note", at_most=NOTE_AT_MOST)
    await _write(desk, actor, complaint_id, Kind.INTERNAL, words, act)


async def update_citizen(desk: Desk, actor: Actor, complaint_id: UUID, text: str, *, act: str) -> None:
    """Tell the citizen how an open case stands, before there is an answer. Raises like `note_internally`, and Conflict
    for a case that is over.
    """
    require(actor, Operation.UPDATE_CITIZEN)
    words = required(text, field="update", at_most=UPDATE_AT_MOST)
    await _write(desk, actor, complaint_id, Kind.PUBLIC, words, act)


async def notes_of(complaint_id: UUID, kind: Kind) -> tuple[NoteView, ...]:
    """The texts of one kind on a case, oldest first."""
    rows = await ComplaintNote.filter(complaint_id=complaint_id, audience=kind.value).order_by("position")
    names = await _names(row.staff_id for row in rows)
    return tuple(
        NoteView(position=row.position, kind=kind, text=row.text, by=names.get(row.staff_id, ""), at=row.at)
        for row in rows
    )


async def _write(desk: Desk, actor: Actor, complaint_id: UUID, kind: Kind, words: str, act: str) -> None:
    async def work(change: Change) -> bytes:
        row = await change.lock(Complaint, complaint_id)
        if row is None or not sight_of(actor).covers(row.unit, row.assignee_id, row.filed_by_id):
            raise NotFound("problem.complaint.not_found")
        if kind is Kind.PUBLIC:
            require_on(actor, Operation.UPDATE_CITIZEN, row.unit, row.assignee_id)
        if kind is Kind.PUBLIC and row.state not in OPEN_STATES:
            raise Conflict("problem.complaint.update_over")
        written = await ComplaintNote.filter(complaint_id=row.id).count()
        if written >= NOTES_AT_MOST:
            raise Invalid("problem.complaint.too_many_notes", field="note", at_most=NOTES_AT_MOST)
        note = ComplaintNote(
            id=change.ids.new(),
            complaint_id=row.id,
            position=written + 1,
            audience=kind.value,
            staff_id=actor.id,
            text=words,
            at=change.now,
        )
        await note.save(force_create=True)
        action = "note" if kind is Kind.INTERNAL else "update"
        content = {"note": note.position, "text_digest": digest(desk.sealer, words)}
        await change.audit(row.id, actor, ACTION + action, {"content": content})
        if kind is Kind.PUBLIC:
            row.updated_at = change.now
            await row.save(update_fields=["updated_at"])
            change.emit(ComplaintUpdated(**common(desk, row), update=words), row.id)
            await tell_followers(desk, change, actor, row, words)
        return b""

    key = f"note:{kind.value}:{complaint_id.hex}:{act}"
    body = (digest(desk.sealer, words) or "").encode()
    await desk.db.once(key[:200], body, work)


async def _names(staff_ids: Iterable[UUID]) -> dict[UUID, str]:
    wanted = list(set(staff_ids))
    return dict(await Staff.filter(id__in=wanted).values_list("id", "name")) if wanted else {}
