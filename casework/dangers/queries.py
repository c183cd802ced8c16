"""Reading danger alerts, for staff."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from tortoise.expressions import Q

from casework.complaints.models import Complaint
from casework.dangers.lifecycle import OPEN_STATES, State
from casework.dangers.models import DangerAlert
from casework.dangers.views import AlertPage, AlertView
from casework.dangers.words import holds_phone
from casework.keyset import page_key, page_token
from casework.people.models import Staff
from kit.db.raw import Statement

PAGE_AT_MOST = 100
_UNTAKEN = Statement("SELECT matched FROM danger_alert WHERE state = $1 ORDER BY raised_at, id LIMIT $2")
"""For every page, so by hand."""


async def open_alerts(limit: int = PAGE_AT_MOST) -> tuple[AlertView, ...]:
    """What is not over: first what nobody has taken, each by age, the oldest first."""
    limit = max(1, min(limit, PAGE_AT_MOST))
    rows: list[DangerAlert] = []
    for state in (State.RAISED, State.ACKNOWLEDGED):
        rows += (
            await DangerAlert.filter(state=state.value)
            .order_by("raised_at", "id")
            .limit(limit - len(rows) or 1)
        )
    return await _views(rows[:limit])


async def untaken(at_most: int = PAGE_AT_MOST) -> tuple[int, str]:
    """How many alerts nobody has taken yet, as far as `at_most`, and the words that raised the oldest. For every page."""
    found = await _UNTAKEN.rows(DangerAlert._meta.db, State.RAISED.value, at_most)
    return len(found), str(found[0]["matched"]) if found else ""


async def count_open() -> int:
    """How many alerts nobody has taken yet, for a mark beside the menu."""
    return await DangerAlert.filter(state=State.RAISED.value).count()


async def alerts(after: str | None = None, limit: int = 30) -> AlertPage:
    """All alerts, the newest first."""
    limit = max(1, min(limit, PAGE_AT_MOST))
    query = DangerAlert.all()
    if after is not None:
        at, id = page_key(after)
        query = query.filter(Q(raised_at__lte=at) & (Q(raised_at__lt=at) | Q(id__lt=id)))
    rows = await query.order_by("-raised_at", "-id").limit(limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    last = page_token(rows[-1].raised_at, rows[-1].id) if more else None
    return AlertPage(rows=await _views(rows), after=last)


async def one(alert_id: UUID) -> AlertView | None:
    """One alert."""
    row = await DangerAlert.get_or_none(id=alert_id)
    return await view_of(row) if row is not None else None


async def view_of(row: DangerAlert) -> AlertView:
    """The row as staff see it."""
    (view,) = await _views([row])
    return view


async def _views(rows: Iterable[DangerAlert]) -> tuple[AlertView, ...]:
    rows = list(rows)
    staff_ids = {row.acknowledged_by_id for row in rows if row.acknowledged_by_id is not None}
    names = dict(await Staff.filter(id__in=list(staff_ids)).values_list("id", "name")) if staff_ids else {}
    case_ids = {row.complaint_id for row in rows if row.complaint_id is not None}
    cases = {one.id: one for one in await Complaint.filter(id__in=list(case_ids))} if case_ids else {}
    return tuple(
        _view(row, cases.get(row.complaint_id) if row.complaint_id is not None else None, names)
        for row in rows
    )


def _view(row: DangerAlert, case: Complaint | None, names: dict[UUID, str]) -> AlertView:
    return AlertView(
        id=row.id,
        state=State(row.state),
        revision=row.revision,
        source=row.source,
        words=row.words,
        matched=row.matched,
        place_text=row.place_text or (case.place_text if case is not None else ""),
        account_id=row.account_id,
        complaint_id=row.complaint_id,
        reference=case.reference if case is not None else "",
        has_phone=(case is not None and case.phone_sealed is not None) or holds_phone(row.words),
        raised_at=row.raised_at,
        pages=row.pages,
        next_page_at=row.next_page_at,
        acknowledged_by_id=row.acknowledged_by_id,
        acknowledged_by_name=names.get(row.acknowledged_by_id, "") if row.acknowledged_by_id else "",
        acknowledged_at=row.acknowledged_at,
        outcome=row.outcome or "",
        ended_at=row.ended_at,
        joined=row.state not in OPEN_STATES and row.outcome is None,
    )
