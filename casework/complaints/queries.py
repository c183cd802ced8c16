"""Reading complaints. Lists are paged by key, never by offset, and never counted; work queues are in `casework.queues`.

A reference grants nothing: somebody else's case and one that does not exist give the same answer.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tortoise.expressions import Q

from casework.actors import Actor
from casework.complaints.assembly import owner_line, owner_view, staff_detail
from casework.complaints.desk import Desk
from casework.complaints.lifecycle import State
from casework.complaints.limits import pauses_of
from casework.complaints.models import Complaint, ComplaintAddition, ComplaintNote, ComplaintPhoto
from casework.complaints.suggestion import suggestion_kept
from casework.complaints.timeline import principals, timeline_for_owner, timeline_for_staff
from casework.complaints.views import ComplaintDetail, ComplaintView, Hanging, MinePage
from casework.keyset import page_key, page_token
from casework.people.merging import members
from casework.people.models import Staff
from casework.permissions import Operation, require
from kit.audit.models import AuditEntry
from kit.references import parse_reference

TIMELINE_AT_MOST = 200
PAGE_AT_MOST = 100
_OF_A_LINE = ("id", "reference", "state", "category", "story", "place_text", "submitted_at", "due_at")
PUBLIC = "public"
"""The audience of a note that the citizen is told."""


async def for_owner(desk: Desk, account_id: UUID, reference: str) -> ComplaintView | None:
    """A person's own case, filed with whichever of their accounts, with photos and timeline. None for anything else, whatever the reason."""
    parsed = parse_reference(reference)
    if parsed is None:
        return None
    own = list(await members(account_id))
    return await _owners(desk, await Complaint.get_or_none(reference=str(parsed), account_id__in=own))


async def for_holder(desk: Desk, complaint_id: UUID, reference: str) -> ComplaintView | None:
    """The one case that the holder of its receipt may see, if the reference is its. None for anything else."""
    parsed = parse_reference(reference)
    if parsed is None:
        return None
    return await _owners(desk, await Complaint.get_or_none(id=complaint_id, reference=str(parsed)))


async def _owners(desk: Desk, row: Complaint | None) -> ComplaintView | None:
    if row is None:
        return None
    photos, additions = await _material(row)
    updates = await _texts(row, {PUBLIC})
    timeline = timeline_for_owner(desk, row, await _history(row), additions, updates)
    pauses, hanging = await pauses_of(row), await hanging_of(row)
    return owner_view(desk, row, photos, timeline, additions=additions, pauses=pauses, hanging=hanging)


async def mine(desk: Desk, account_id: UUID, after: str | None = None, limit: int = 20) -> MinePage:
    """A person's cases, newest first. `after` is the page before's."""
    limit = max(1, min(limit, PAGE_AT_MOST))
    query = Complaint.filter(account_id__in=list(await members(account_id)))
    if after is not None:
        query = query.filter(_older(*page_key(after)))
    # Of some seventy columns a line shows eight.
    rows = await query.order_by("-submitted_at", "-id").limit(limit + 1).only(*_OF_A_LINE)
    more = len(rows) > limit
    rows = rows[:limit]
    return MinePage(
        rows=tuple(owner_line(desk, row) for row in rows),
        after=page_token(rows[-1].submitted_at, rows[-1].id) if more else None,
    )


async def detail(desk: Desk, complaint_id: UUID, viewer: Actor) -> ComplaintDetail | None:
    """A case as staff see it, with the moves open to the viewer. Raises Forbidden for anybody else."""
    return await _detail(desk, await Complaint.get_or_none(id=complaint_id), viewer)


async def case_id_of(reference: str) -> UUID | None:
    """The case of a reference as somebody typed it; what may be done with it, the action decides."""
    parsed = parse_reference(reference)
    row = await Complaint.get_or_none(reference=str(parsed)).only("id") if parsed is not None else None
    return row.id if row is not None else None


async def account_of(reference: str) -> UUID | None:
    """Whose case this is: for an administrator who mends accounts, never for a door of citizens."""
    parsed = parse_reference(reference)
    row = await Complaint.get_or_none(reference=str(parsed)) if parsed is not None else None
    return row.account_id if row is not None else None


async def detail_by_reference(desk: Desk, reference: str, viewer: Actor) -> ComplaintDetail | None:
    """The same by reference, as somebody typed it."""
    parsed = parse_reference(reference)
    row = await Complaint.get_or_none(reference=str(parsed)) if parsed is not None else None
    return await _detail(desk, row, viewer)


async def _detail(desk: Desk, row: Complaint | None, viewer: Actor) -> ComplaintDetail | None:
    require(viewer, Operation.SEE_CASES)
    if row is None:
        return None
    photos, additions = await _material(row)
    entries = await _history(row)
    staff_ids = {entry.actor_id for entry in entries if entry.actor_kind == "staff" and entry.actor_id}
    if row.assignee_id is not None:
        staff_ids.add(row.assignee_id)
    staff_ids |= principals(entries)
    names = await _names(staff_ids)
    return staff_detail(
        desk,
        row,
        owner_view(
            desk,
            row,
            photos,
            timeline_for_staff(desk, row, entries, names, additions, await _texts(row, {PUBLIC})),
            viewer.roles,
            additions,
            await pauses_of(row),
            await hanging_of(row),
        ),
        suggestion_kept(row, desk.policy),
        names.get(row.assignee_id, "") if row.assignee_id is not None else "",
        desk.db.clock.now(),
    )


async def _material(row: Complaint) -> tuple[list[ComplaintPhoto], list[ComplaintAddition]]:
    photos = await ComplaintPhoto.filter(complaint_id=row.id).order_by("-stage", "position")
    return photos, await ComplaintAddition.filter(complaint_id=row.id).order_by("position")


async def hanging_of(row: Complaint) -> Hanging:
    """The cases this one was split into, and the one it was split from."""
    parts: list[str] = []
    if row.state in (State.SPLIT, State.CLOSED, State.ARCHIVED, State.WITHDRAWN):
        parts = await Complaint.filter(parent_id=row.id).order_by("id").values_list("reference", flat=True)  # type: ignore[assignment]
    whole = await Complaint.get_or_none(id=row.parent_id) if row.parent_id is not None else None
    return Hanging(parts=tuple(parts), whole=whole.reference if whole is not None else "")


async def _texts(row: Complaint, audiences: set[str]) -> dict[int, str]:
    """What staff wrote for these readers, by position on the case."""
    rows = ComplaintNote.filter(complaint_id=row.id, audience__in=sorted(audiences))
    return dict(await rows.values_list("position", "text"))


async def _history(row: Complaint) -> list[AuditEntry]:
    return await AuditEntry.filter(case_id=row.id).order_by("position").limit(TIMELINE_AT_MOST)


async def _names(staff_ids: set[UUID]) -> dict[UUID, str]:
    if not staff_ids:
        return {}
    return dict(await Staff.filter(id__in=list(staff_ids)).values_list("id", "name"))


def _older(at: datetime, id: UUID) -> Q:
    return Q(submitted_at__lte=at) & (Q(submitted_at__lt=at) | Q(id__lt=id))
