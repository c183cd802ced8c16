"""Issuing an order: a clerk's words, a place, the photos a clerk chose, somebody to do it and a time to do it in."""

from __future__ import annotations

from uuid import UUID

import msgspec

from casework.actors import Actor
from casework.complaints.assembly import opened_name
from casework.complaints.filing import PLACE_AT_MOST
from casework.complaints.lifecycle import State as CaseState
from casework.complaints.models import Complaint, ComplaintAddition, ComplaintPhoto
from casework.complaints.sight import require_on, sight_of
from casework.complaints.wording import digest, optional, required
from casework.people.models import Staff
from casework.people.staff import staff_ids_with_role
from casework.permissions import Operation, require
from casework.roles import Role
from casework.work_orders.actions import photo_rows
from casework.work_orders.desk import OrderDesk
from casework.work_orders.events import WorkOrderIssued
from casework.work_orders.lifecycle import DO, OPEN_STATES, WORK_ORDER
from casework.work_orders.models import WorkOrder
from casework.work_orders.moving import note, told
from casework.work_orders.plain_words import require_plain
from kit.clock import local
from kit.db import Change
from kit.problems import Conflict, Forbidden, Invalid, NotFound
from kit.references import make_reference
from kit.workflow import Limit

KIND = "GD"
WORDS_AT_MOST = 500
OPEN_AT_MOST = 10
"""Orders of one case that are not over."""
ORDERED_IN = frozenset({CaseState.ACCEPTED, CaseState.ASSIGNED, CaseState.WAITING, CaseState.REOPENED})
"""Where a case stands while there is still something to be done about it."""


class NewOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What a clerk asks for. `file_ids` are photos of the case; `act` names the form: the same act issues once.

    `with_position`: the contractor gets the coordinates too. `is_checked`: the clerk looked at what rules took for names.
    """

    contractor_id: UUID
    words: str
    place_text: str = ""
    working_hours: int
    file_ids: tuple[UUID, ...] = ()
    with_position: bool = True
    is_checked: bool = False
    act: UUID | None = None


async def issue(desk: OrderDesk, actor: Actor, complaint_id: UUID, new: NewOrder) -> str:
    """Issue an order about a case; its reference. Raises Forbidden, NotFound, Conflict, Invalid naming the field."""
    require(actor, Operation.ISSUE_ORDERS)
    words = required(new.words, field="order_words", at_most=WORDS_AT_MOST)
    place = optional(new.place_text, field="order_place", at_most=PLACE_AT_MOST) or ""
    if new.working_hours not in desk.section.choices:
        raise Invalid("problem.work_order.hours", field="working_hours")
    db = desk.complaints.db
    on = local(db.clock.now()).date()
    if new.act is not None and (known := await WorkOrder.get_or_none(id=new.act, complaint_id=complaint_id)):
        return known.reference
    if new.contractor_id not in await staff_ids_with_role(Role.CONTRACTOR, None, on):
        raise Invalid("problem.work_order.contractor", field="contractor")
    reference = make_reference(desk.complaints.bureau_code, KIND, on, await db.next_serial(KIND, on))

    async def work(change: Change) -> str:
        case = await _case(change, actor, complaint_id)
        if new.act is not None and (known := await WorkOrder.get_or_none(id=new.act)):
            return known.reference
        await _check_words(desk, case, words, place, is_checked=new.is_checked)
        files = await _chosen(case, new.file_ids)
        if (
            await WorkOrder.filter(complaint_id=case.id, state__in=sorted(OPEN_STATES)).count()
            >= OPEN_AT_MOST
        ):
            raise Conflict("problem.work_order.too_many", at_most=OPEN_AT_MOST)
        order = _row(desk, change, actor, case, new, words, place, reference)
        await order.save(force_create=True)
        photos = photo_rows(change, order.id, "before", files)
        if photos:
            await type(photos[0]).bulk_create(photos)
        contractor = await Staff.get(id=new.contractor_id)
        content = {
            "order_digest": digest(desk.complaints.sealer, words),
            "colleague": contractor.name,
            "contractor_id": contractor.id,
            "media": len(files),
            **({"checked": True} if new.is_checked else {}),
        }
        await note(change, actor, case, order, "issue", content)
        change.emit(told(desk, WorkOrderIssued, order, case, change.now), order.id)
        return reference

    return await db.change(work)


async def _case(change: Change, actor: Actor, complaint_id: UUID) -> Complaint:
    case = await change.lock(Complaint, complaint_id)
    seen = sight_of(actor)
    if case is None or not seen.covers(case.unit, case.assignee_id, case.filed_by_id):
        raise NotFound("problem.complaint.not_found")
    require_on(actor, Operation.ISSUE_ORDERS, case.unit, case.assignee_id)
    if case.state not in ORDERED_IN or case.anonymised_at is not None or case.restricted_at is not None:
        raise Conflict("problem.work_order.case_over")
    return case


async def _check_words(desk: OrderDesk, case: Complaint, words: str, place: str, *, is_checked: bool) -> None:
    added = await ComplaintAddition.filter(complaint_id=case.id).values_list("text", flat=True)
    name = opened_name(desk.complaints, case) if case.name_sealed else ""
    require_plain(
        words,
        place,
        said=(case.story, case.dispute_reason or "", *(str(one) for one in added)),
        case_place=case.place_text,
        names=(name,),
        is_checked=is_checked,
    )


async def _chosen(case: Complaint, file_ids: tuple[UUID, ...]) -> tuple[UUID, ...]:
    """The photos chosen, each once. Raises Invalid for what is no photo of this case."""
    if not file_ids:
        return ()
    photos = ComplaintPhoto.filter(complaint_id=case.id, file_id__in=list(file_ids), medium__isnull=True)
    known = set(await photos.values_list("file_id", flat=True))
    if not known.issuperset(file_ids):
        raise Invalid("problem.work_order.photo", field="photos")
    return tuple(dict.fromkeys(file_ids))


def _row(
    desk: OrderDesk,
    change: Change,
    actor: Actor,
    case: Complaint,
    new: NewOrder,
    words: str,
    place: str,
    reference: str,
) -> WorkOrder:
    if actor.id is None:
        raise Forbidden()
    minutes = new.working_hours * 60
    limit = Limit(working_minutes=minutes, basis=DO)
    return WorkOrder(
        id=new.act or change.ids.new(),
        reference=reference,
        complaint_id=case.id,
        contractor_id=new.contractor_id,
        unit=case.unit,
        state=WORK_ORDER.initial,
        state_since_at=change.now,
        revision=1,
        category=case.category or case.suggested_category,
        words=words,
        place_text=place,
        latitude=case.latitude if new.with_position else None,
        longitude=case.longitude if new.with_position else None,
        working_minutes=minutes,
        limit_started_at=change.now,
        due_at=desk.complaints.calendar.due(limit, change.now).at,
        issued_by_id=actor.id,
        issued_at=change.now,
        updated_at=change.now,
    )
