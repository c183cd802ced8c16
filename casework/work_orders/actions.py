"""What contractors do with an order, and what whoever issued it does with what came back."""

from __future__ import annotations

from uuid import UUID

from casework.actors import Actor
from casework.complaints.answering import AFTER
from casework.complaints.filing import PHOTOS_AT_MOST
from casework.complaints.lifecycle import ENDED_STATES
from casework.complaints.media import AddedMedium, media_rows
from casework.complaints.models import Complaint, ComplaintPhoto
from casework.complaints.wording import REASON_AT_MOST, digest, optional
from casework.work_orders.desk import OrderDesk
from casework.work_orders.events import (
    WorkOrderAccepted,
    WorkOrderCancelled,
    WorkOrderDeclined,
    WorkOrderDone,
    WorkOrderEvent,
    WorkOrderSentBack,
    WorkOrderVerified,
)
from casework.work_orders.models import WorkOrder, WorkOrderPhoto
from casework.work_orders.moving import OrderStep, take
from kit.db import Change
from kit.problems import Conflict, Invalid

REPORT_AT_MOST = 1_000


async def accept(
    desk: OrderDesk, actor: Actor, order_id: UUID, *, expected_revision: int | None = None
) -> None:
    """Take it on. The time to do it has been running since it was issued."""
    await take(desk, actor, order_id, OrderStep("accept", WorkOrderAccepted), expected_revision)


async def decline(
    desk: OrderDesk, actor: Actor, order_id: UUID, *, ground: str, expected_revision: int | None = None
) -> None:
    """Not theirs to do, or it cannot be done. The ground is shown to whoever issued it."""
    step = _with_ground("decline", WorkOrderDeclined, ground)
    await take(desk, actor, order_id, step, expected_revision)


async def report(
    desk: OrderDesk,
    actor: Actor,
    order_id: UUID,
    *,
    report: str,
    photos: tuple[UUID, ...] = (),
    expected_revision: int | None = None,
) -> None:
    """It is done: what was done, and photos of it as stored files. Raises Invalid for too many, or for none where the
    category wants to see the work.
    """
    words = optional(report, field="report", at_most=REPORT_AT_MOST)
    if len(photos) > PHOTOS_AT_MOST:
        raise Invalid("problem.complaint.too_many_photos", field="after_photos", at_most=PHOTOS_AT_MOST)

    async def fill(change: Change, order: WorkOrder, case: Complaint) -> None:
        earlier = await WorkOrderPhoto.filter(order_id=order.id, stage=AFTER).count()
        if needs_photo(desk, order) and not photos and not earlier:
            raise Invalid("problem.complaint.after_photo", field="after_photos")
        order.report, order.done_at, order.ground = words, change.now, None
        await WorkOrderPhoto.bulk_create(photo_rows(change, order.id, AFTER, photos, earlier + 1))

    step = OrderStep(
        "report",
        WorkOrderDone,
        given={"report": words},
        content={
            "report_digest": digest(desk.complaints.sealer, words),
            "media": len(photos),
        },
        fill=fill,
    )
    await take(desk, actor, order_id, step, expected_revision)


async def verify(
    desk: OrderDesk,
    actor: Actor,
    order_id: UUID,
    *,
    take_photos: bool = False,
    expected_revision: int | None = None,
) -> None:
    """It is done indeed. With `take_photos` the contractor's photos stand on the case as photos after the work."""

    async def fill(change: Change, order: WorkOrder, case: Complaint) -> None:
        if take_photos:
            await _take_photos(change, order, case)

    step = OrderStep("verify", WorkOrderVerified, content={"taken": take_photos}, fill=fill)
    await take(desk, actor, order_id, step, expected_revision)


async def send_back(
    desk: OrderDesk, actor: Actor, order_id: UUID, *, ground: str, expected_revision: int | None = None
) -> None:
    """It is not done, and why. The contractor has as much time again. Raises Conflict where the case is over."""
    step = _with_ground("send_back", WorkOrderSentBack, ground, is_case_open=True)
    await take(desk, actor, order_id, step, expected_revision)


async def cancel(
    desk: OrderDesk, actor: Actor, order_id: UUID, *, ground: str, expected_revision: int | None = None
) -> None:
    """It need not be done, and why."""
    step = _with_ground("cancel", WorkOrderCancelled, ground)
    await take(desk, actor, order_id, step, expected_revision)


def needs_photo(desk: OrderDesk, order: WorkOrder) -> bool:
    """Whether the category wants to see the work done."""
    found = desk.complaints.policy.categories.get(order.category or "")
    return found is not None and found.after_photos


def photo_rows(
    change: Change, order_id: UUID, stage: str, files: tuple[UUID, ...], first: int = 1
) -> list[WorkOrderPhoto]:
    """Unsaved rows in the order given, numbered from `first` on."""
    return [
        WorkOrderPhoto(id=change.ids.new(), order_id=order_id, file_id=file_id, position=at, stage=stage)
        for at, file_id in enumerate(files, start=first)
    ]


def _with_ground(
    move: str, tell: type[WorkOrderEvent], ground: str, *, is_case_open: bool = False
) -> OrderStep:
    why = optional(ground, field="ground", at_most=REASON_AT_MOST)

    async def fill(change: Change, order: WorkOrder, case: Complaint) -> None:
        if is_case_open and case.state in ENDED_STATES:
            raise Conflict("problem.work_order.case_over")
        order.ground = why

    return OrderStep(move, tell, given={"ground": why}, content={"ground": why}, fill=fill)


async def _take_photos(change: Change, order: WorkOrder, case: Complaint) -> None:
    """Put the order's photos after the work on its case, each file once."""
    held = set(await ComplaintPhoto.filter(complaint_id=case.id).values_list("file_id", flat=True))
    rows = await WorkOrderPhoto.filter(order_id=order.id, stage=AFTER).order_by("position")
    files = [AddedMedium(row.file_id) for row in rows if row.file_id not in held]
    earlier = await ComplaintPhoto.filter(complaint_id=case.id, stage=AFTER).count()
    await ComplaintPhoto.bulk_create(media_rows(change.ids, case.id, AFTER, files, earlier + 1))
