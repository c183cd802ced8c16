"""Reading follow-up visits: what is to be asked, first what is due first; paged by key."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from tortoise.expressions import Q

from casework.actors import EVERY_UNIT, Actor
from casework.complaints.assembly import masked_opening
from casework.complaints.models import Complaint
from casework.complaints.sight import held_by
from casework.follow_up_visits.desk import VisitDesk
from casework.follow_up_visits.lifecycle import CALLERS, State
from casework.follow_up_visits.models import FollowUpVisit
from casework.keyset import page_key, page_token
from casework.permissions import Operation, require

PAGE_AT_MOST = 100


class VisitLine(msgspec.Struct, frozen=True, kw_only=True):
    """One visit with what the clerk needs for the call; the number itself is looked at on the case, and audited."""

    id: UUID
    complaint_id: UUID
    reference: str
    state: State
    revision: int
    due_at: datetime | None
    tries: int
    category_name: str
    unit_name: str
    opening: str
    answer: str
    rating: int | None
    may_redo: bool
    solved: int | None
    words: str


class VisitPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some visits; `after` leads to the next ones, None at the end."""

    rows: tuple[VisitLine, ...]
    after: str | None


async def visits(
    desk: VisitDesk, viewer: Actor, *, is_over: bool = False, after: str | None = None, limit: int = 30
) -> VisitPage:
    """Those that wait, or those that are over, newest first. Raises Forbidden, Invalid for a made-up place."""
    require(viewer, Operation.SEE_VISITS)
    limit = max(1, min(limit, PAGE_AT_MOST))
    query = FollowUpVisit.filter(_seen(viewer))
    if is_over:
        query = query.exclude(state=State.WAITING.value).order_by("-updated_at", "-id")
        if after is not None:
            at, id = page_key(after)
            query = query.filter(Q(updated_at__lte=at) & (Q(updated_at__lt=at) | Q(id__lt=id)))
    else:
        query = query.filter(state=State.WAITING.value).order_by("due_at", "id")
        if after is not None:
            at, id = page_key(after)
            query = query.filter(Q(due_at__gte=at) & (Q(due_at__gt=at) | Q(id__gt=id)))
    rows = await query.limit(limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    cases = {row.id: row for row in await Complaint.filter(id__in=[one.complaint_id for one in rows])}
    last = rows[-1] if rows else None
    token = None
    if more and last is not None:
        token = page_token(last.updated_at if is_over else last.due_at or last.updated_at, last.id)
    return VisitPage(rows=tuple(_line(desk, row, cases.get(row.complaint_id)) for row in rows), after=token)


def _seen(viewer: Actor) -> Q:
    units = {one.unit for one in held_by(viewer) if one.role in CALLERS}
    return Q() if EVERY_UNIT in units else Q(unit__in=sorted(units))


def _line(desk: VisitDesk, row: FollowUpVisit, case: Complaint | None) -> VisitLine:
    policy = desk.complaints.policy
    return VisitLine(
        id=row.id,
        complaint_id=row.complaint_id,
        reference=row.reference,
        state=State(row.state),
        revision=row.revision,
        due_at=row.due_at,
        tries=row.tries,
        category_name=policy.category_name(case.category if case is not None else None),
        unit_name=policy.unit_name(row.unit),
        opening=masked_opening(desk.complaints, case, 80) if case is not None else "",
        answer=case.answer or "" if case is not None else "",
        rating=case.rating if case is not None else None,
        may_redo=case is not None and case.times_disputed == 0 and case.state == "closed",
        solved=row.solved,
        words=row.words or "",
    )
