"""Reading work orders: a contractor their own, the bureau's people those about cases they may see; paged by key."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from tortoise.expressions import Q

from casework.actors import EVERY_UNIT, Actor
from casework.complaints.models import Complaint
from casework.complaints.sight import BY_UNIT, held_by
from casework.keyset import page_key, page_token
from casework.people.models import Staff
from casework.permissions import Operation, may, require
from casework.roles import Role
from casework.work_orders.actions import needs_photo
from casework.work_orders.desk import OrderDesk
from casework.work_orders.lifecycle import AT_WORK, OPEN_STATES, WORK_ORDER, State
from casework.work_orders.models import WorkOrder, WorkOrderPhoto
from casework.work_orders.moving import may_take, sees
from casework.work_orders.views import OrderLine, OrderPage, OrderPhotoView, OrderView
from kit.files.models import StoredFile
from kit.references import parse_reference

PAGE_AT_MOST = 100
TABS: dict[str, frozenset[State]] = {
    "open": frozenset(AT_WORK),
    "done": frozenset({State.DONE}),
    "over": frozenset(State) - OPEN_STATES,
}
"""Tabs of the list and the states they show."""


async def orders(
    desk: OrderDesk, viewer: Actor, tab: str, *, after: str | None = None, limit: int = 30
) -> OrderPage:
    """Orders of one tab: what is due first, or of those that are over the latest. Raises Forbidden, Invalid."""
    require(viewer, Operation.SEE_ORDERS)
    limit = max(1, min(limit, PAGE_AT_MOST))
    query = WorkOrder.filter(_seen(viewer), state__in=sorted(state.value for state in TABS[tab]))
    if tab == "over":
        query = query.order_by("-updated_at", "-id")
        if after is not None:
            at, id = page_key(after)
            query = query.filter(Q(updated_at__lte=at) & (Q(updated_at__lt=at) | Q(id__lt=id)))
    else:
        query = query.order_by("due_at", "id")
        if after is not None:
            at, id = page_key(after)
            query = query.filter(Q(due_at__gte=at) & (Q(due_at__gt=at) | Q(id__gt=id)))
    rows = await query.limit(limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    last = rows[-1] if rows else None
    token = None
    if more and last is not None:
        token = page_token(_key_of(last, is_over=tab == "over"), last.id)
    return OrderPage(rows=await _lines(desk, rows), after=token)


async def counts(viewer: Actor) -> dict[str, int]:
    """How many orders wait in each tab that is worked through."""
    return {
        tab: await WorkOrder.filter(_seen(viewer), state__in=sorted(one.value for one in TABS[tab])).count()
        for tab in ("open", "done")
    }


async def order_by_reference(desk: OrderDesk, viewer: Actor, reference: str) -> OrderView | None:
    """One order with the viewer's moves; None for anything else, whatever the reason."""
    parsed = parse_reference(reference)
    row = await WorkOrder.get_or_none(reference=str(parsed)) if parsed is not None else None
    case = await Complaint.get_or_none(id=row.complaint_id) if row is not None else None
    if row is None or case is None or not may(viewer, Operation.SEE_ORDERS) or not sees(viewer, row, case):
        return None
    (line,) = await _lines(desk, [row])
    names = await _names([row.issued_by_id])
    return OrderView(
        line=line,
        latitude=row.latitude,
        longitude=row.longitude,
        issued_at=row.issued_at,
        issued_by_name=names.get(row.issued_by_id, ""),
        working_minutes=row.working_minutes,
        report=row.report or "",
        ground=row.ground or "",
        done_at=row.done_at,
        ended_at=row.ended_at,
        photos=await _photos(row.id),
        moves=tuple(
            one.name
            for one in WORK_ORDER.allowed(row.state, viewer.roles)
            if may_take(viewer, one.name, row, case)
        ),
        case_reference=case.reference if may(viewer, Operation.SEE_CASES) else "",
        needs_photo=needs_photo(desk, row),
    )


async def orders_of(desk: OrderDesk, complaint_id: UUID) -> tuple[OrderLine, ...]:
    """The orders of a case that the caller may see, the latest first."""
    return await _lines(desk, await WorkOrder.filter(complaint_id=complaint_id).order_by("-issued_at", "-id"))


async def reports_of(complaint_id: UUID) -> tuple[tuple[str, str], ...]:
    """Reference and report of each order of a case that was verified: to begin an answer from."""
    rows = WorkOrder.filter(complaint_id=complaint_id, state=State.VERIFIED.value, report__isnull=False)
    return tuple((row.reference, row.report or "") for row in await rows.order_by("-issued_at"))


async def file_of_photo(viewer: Actor, photo_id: UUID) -> UUID | None:
    """The file of an order's photo, for whoever may see the order."""
    photo = await WorkOrderPhoto.get_or_none(id=photo_id)
    row = await WorkOrder.get_or_none(id=photo.order_id) if photo is not None else None
    case = await Complaint.get_or_none(id=row.complaint_id) if row is not None else None
    if photo is None or row is None or case is None or not sees(viewer, row, case):
        return None
    return photo.file_id


async def in_hand(staff_id: UUID, at_most: int = 20) -> tuple[str, ...]:
    """References of the orders somebody has in hand, what is due first at the top."""
    states = [state.value for state in AT_WORK]
    rows = WorkOrder.filter(contractor_id=staff_id, state__in=states).order_by("due_at", "id").limit(at_most)
    return tuple(str(one) for one in await rows.values_list("reference", flat=True))


async def last_contractor(category: str | None, unit: str | None) -> UUID | None:
    """Who had the last order about this kind of matter in this unit."""
    if category is None:
        return None
    row = await WorkOrder.filter(category=category, unit=unit).order_by("-issued_at", "-id").first()
    return row.contractor_id if row is not None and row.state != State.DECLINED.value else None


def _seen(viewer: Actor) -> Q:
    """The rows of a viewer: their own as contractors, and those of the units whose cases they see."""
    seen = Q(id__isnull=True)
    if Role.CONTRACTOR in viewer.roles:
        own = sorted({viewer.id, *viewer.for_ids} - {None}, key=str)
        seen |= Q(contractor_id__in=own)
    units = {one.unit for one in held_by(viewer) if one.role in BY_UNIT}
    if not may(viewer, Operation.SEE_CASES):
        return seen
    return Q() if EVERY_UNIT in units else seen | Q(unit__in=sorted(units))


def _key_of(row: WorkOrder, *, is_over: bool) -> datetime:
    return row.updated_at if is_over else row.due_at or row.updated_at


async def _lines(desk: OrderDesk, rows: Iterable[WorkOrder]) -> tuple[OrderLine, ...]:
    found = list(rows)
    names = await _names(row.contractor_id for row in found)
    return tuple(
        OrderLine(
            id=row.id,
            reference=row.reference,
            state=State(row.state),
            revision=row.revision,
            category_name=desk.complaints.policy.category_name(row.category),
            words=row.words,
            place_text=row.place_text,
            due_at=row.due_at,
            updated_at=row.updated_at,
            contractor_id=row.contractor_id,
            contractor_name=names.get(row.contractor_id, ""),
        )
        for row in found
    )


async def _photos(order_id: UUID) -> tuple[OrderPhotoView, ...]:
    rows = await WorkOrderPhoto.filter(order_id=order_id).order_by("-stage", "position")
    states: dict[UUID, str] = {}
    if rows:
        stored = StoredFile.filter(id__in=[row.file_id for row in rows])
        states = dict(await stored.values_list("id", "state"))
    return tuple(
        OrderPhotoView(id=row.id, stage=row.stage, state=states.get(row.file_id, "")) for row in rows
    )


async def _names(ids: Iterable[UUID]) -> dict[UUID, str]:
    wanted: Collection[UUID] = set(ids)
    return dict(await Staff.filter(id__in=list(wanted)).values_list("id", "name")) if wanted else {}
