"""Reading complaints. Lists are paged by key, never by offset, and never counted.

A reference grants nothing: somebody else's case and one that does not exist give the same answer.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from tortoise.expressions import Q

from casework.actors import Actor
from casework.complaints import category as categories
from casework.complaints.assembly import owner_line, owner_view, queue_row, staff_detail
from casework.complaints.desk import Desk
from casework.complaints.lifecycle import OPEN_STATES, State
from casework.complaints.models import Complaint, ComplaintAddition, ComplaintNote, ComplaintPhoto
from casework.complaints.sight import Sight
from casework.complaints.timeline import principals, timeline_for_owner, timeline_for_staff
from casework.complaints.views import ComplaintDetail, ComplaintView, MinePage, QueuePage
from casework.complaints.wording import kept
from casework.keyset import page_key, page_token
from casework.people.merging import members
from casework.people.models import Staff
from casework.permissions import Operation, require
from kit.audit.models import AuditEntry
from kit.references import parse_reference

TIMELINE_AT_MOST = 200
PAGE_AT_MOST = 100
PUBLIC = "public"
"""The audience of a note that the citizen is told."""


class QueueFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases a queue shows; what is not given does not narrow it.

    `order`: "due" (what is due first; open cases only) or "newest". `sight` is what the viewer may see at all,
    `units` the same by unit alone, `unit` what was chosen. `assignee_ids` and `or_free_in`: cases given to one of
    these by name, or to nobody in one of these units. `overdue` shows only cases whose limit on the bureau's side
    has passed, `due_before_at` those whose limit ends before then.
    `text` is a reference or a piece of one.
    """

    states: frozenset[State] = OPEN_STATES
    unit: str | None = None
    units: frozenset[str] | None = None
    sight: Sight | None = None
    assignee_id: UUID | None = None
    assignee_ids: frozenset[UUID] | None = None
    or_free_in: frozenset[str] = frozenset()
    unassigned: bool = False
    category: str | None = None
    overdue: bool = False
    due_before_at: datetime | None = None
    text: str = ""
    order: Literal["due", "newest"] = "due"


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
    return owner_view(desk, row, photos, timeline, additions=additions)


async def mine(desk: Desk, account_id: UUID, after: str | None = None, limit: int = 20) -> MinePage:
    """A person's cases, newest first. `after` is the page before's."""
    limit = max(1, min(limit, PAGE_AT_MOST))
    query = Complaint.filter(account_id__in=list(await members(account_id)))
    if after is not None:
        query = query.filter(_older(*page_key(after)))
    rows = await query.order_by("-submitted_at", "-id").limit(limit + 1)
    more = len(rows) > limit
    rows = rows[:limit]
    return MinePage(
        rows=tuple(owner_line(desk, row) for row in rows),
        after=page_token(rows[-1].submitted_at, rows[-1].id) if more else None,
    )


async def queue(desk: Desk, wanted: QueueFilter, after: str | None = None, limit: int = 30) -> QueuePage:
    """A page of a work queue."""
    limit = max(1, min(limit, PAGE_AT_MOST))
    now = desk.db.clock.now()
    query = Complaint.filter(_narrowed(wanted, now))
    if wanted.order == "due":
        query = query.filter(due_at__isnull=False)
        if after is not None:
            query = query.filter(_due_later(*page_key(after)))
        rows = await query.order_by("due_at", "id").limit(limit + 1)
    else:
        if after is not None:
            query = query.filter(_older(*page_key(after)))
        rows = await query.order_by("-submitted_at", "-id").limit(limit + 1)
    more = len(rows) > limit
    rows = rows[:limit]
    names = await _names({row.assignee_id for row in rows if row.assignee_id is not None})
    last = rows[-1] if rows else None
    next_after = None
    if more and last is not None:
        at = last.due_at if wanted.order == "due" and last.due_at is not None else last.submitted_at
        next_after = page_token(at, last.id)
    return QueuePage(rows=tuple(queue_row(desk, row, names, now) for row in rows), after=next_after)


async def detail(desk: Desk, complaint_id: UUID, viewer: Actor) -> ComplaintDetail | None:
    """A case as staff see it, with the moves open to the viewer. Raises Forbidden for anybody else."""
    return await _detail(desk, await Complaint.get_or_none(id=complaint_id), viewer)


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
    guess = categories.suggest(row.story, desk.policy)
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
        ),
        guess.words if guess is not None and guess.category == row.suggested_category else (),
        names.get(row.assignee_id, "") if row.assignee_id is not None else "",
        desk.db.clock.now(),
    )


async def _material(row: Complaint) -> tuple[list[ComplaintPhoto], list[ComplaintAddition]]:
    photos = await ComplaintPhoto.filter(complaint_id=row.id).order_by("-stage", "position")
    return photos, await ComplaintAddition.filter(complaint_id=row.id).order_by("position")


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


def _narrowed(wanted: QueueFilter, now: datetime) -> Q:
    is_ours = wanted.overdue or wanted.due_before_at is not None
    states = wanted.states - {State.ANSWERED} if is_ours else wanted.states
    narrowed = Q(state__in=sorted(state.value for state in states))
    if wanted.overdue:
        narrowed &= Q(due_at__lt=now)
    if wanted.due_before_at is not None:
        narrowed &= Q(due_at__lt=wanted.due_before_at)
    if wanted.unit is not None:
        narrowed &= Q(unit=kept(wanted.unit))
    if wanted.units is not None:
        narrowed &= Q(unit__in=sorted(wanted.units))
    if wanted.sight is not None:
        narrowed &= wanted.sight.narrowed()
    if wanted.assignee_ids is not None:
        given = Q(assignee_id__in=sorted(wanted.assignee_ids))
        if wanted.or_free_in:
            given |= Q(assignee_id__isnull=True, unit__in=sorted(wanted.or_free_in))
        narrowed &= given
    if wanted.assignee_id is not None:
        narrowed &= Q(assignee_id=wanted.assignee_id)
    if wanted.unassigned:
        narrowed &= Q(assignee_id__isnull=True)
    if wanted.category is not None:
        narrowed &= Q(category=kept(wanted.category))
    text = kept(wanted.text)
    if text:
        parsed = parse_reference(text)
        narrowed &= Q(reference=str(parsed)) if parsed is not None else Q(reference__contains=text.upper())
    return narrowed


def _due_later(at: datetime, id: UUID) -> Q:
    return Q(due_at__gte=at) & (Q(due_at__gt=at) | Q(id__gt=id))


def _older(at: datetime, id: UUID) -> Q:
    return Q(submitted_at__lte=at) & (Q(submitted_at__lt=at) | Q(id__lt=id))
