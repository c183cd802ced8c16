"""What of a case names a person, taken out of every row that holds some: the case, what hangs on it, what was sent.

`instead` stands in place of the citizen's words. What the bureau did stays; of what its own people wrote, numbers and
names that rules find go too (`nlp.personal`). The audit chain is not touched: it never had the citizen's words.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from casework.actors import Actor
from casework.complaints.models import (
    Complaint,
    ComplaintAddition,
    ComplaintNote,
    ComplaintPhoto,
    ComplaintReceipt,
    ComplaintRelease,
)
from casework.complaints.releasing import coarse, withdraw_within
from casework.complaints.wording import LEFT_OUT
from casework.dangers.models import DangerAlert
from casework.exchange.models import ExchangeMessage, ExchangeOrder, ExchangeStep
from casework.follow_up_visits.models import FollowUpVisit
from casework.notifications.models import Delivery
from casework.notifications.states import BUNDLED, QUEUED, SENDING
from casework.work_orders.models import WorkOrder, WorkOrderPhoto
from kit.db import Change
from kit.files.models import StoredFile
from kit.http.sessions import end_all_for
from kit.sealing import FieldSealer
from nlp.personal import Kind, without_personal

CITIZENS_STAGES = ("before", "added")
EVERY_STAGE = (*CITIZENS_STAGES, "after")
ON_ITS_WAY = ("queued", "sending")
NOTHING_TOLD = "{}"


async def erase_within(
    change: Change,
    actor: Actor,
    row: Complaint,
    *,
    instead: str,
    stages: Collection[str],
    names: Collection[str] = (),
    is_roughly_placed: bool = False,
) -> tuple[UUID, ...]:
    """Empty a locked case and everything that hangs on it; photos of these stages go, of every order too. The
    coordinates go as well, or stay to some 500 metres. `names` are taken out of what staff wrote.

    Returns the ids of files that nobody holds any more: their rows are gone, their bytes the caller removes afterwards.
    """
    _empty(row, instead, names)
    row.latitude = coarse(row.latitude) if is_roughly_placed else None
    row.longitude = coarse(row.longitude) if is_roughly_placed else None
    row.anonymised_at = row.anonymised_at or change.now
    row.updated_at = change.now
    await row.save()
    await _empty_words(row.id, instead)
    await _empty_orders(row.id, instead, names)
    await _empty_exchange(row.id, instead)
    settled = Delivery.filter(case_id=row.id).exclude(state__in=[QUEUED, BUNDLED, SENDING])
    await settled.delete()
    await ComplaintReceipt.filter(complaint_id=row.id, revoked_at=None).update(revoked_at=change.now)
    await end_all_for(change, "receipt", row.id)
    await withdraw_within(change, actor, row.id)
    await ComplaintRelease.filter(complaint_id=row.id).update(description=instead, place_text="")
    return await _let_go_of_photos(row.id, stages)


def names_of(sealer: FieldSealer, row: Complaint) -> tuple[str, ...]:
    """The name the case was filed with, if there was one."""
    if not row.name_sealed:
        return ()
    return (sealer.open(bytes(row.name_sealed), table="complaint", column="name", row_id=row.id),)


async def unheld(ids: Collection[UUID]) -> tuple[UUID, ...]:
    """Which of these files no case and no work order holds: merged and split cases share theirs."""
    wanted = list(set(ids))
    if not wanted:
        return ()
    held = set(await ComplaintPhoto.filter(file_id__in=wanted).values_list("file_id", flat=True))
    held |= set(await WorkOrderPhoto.filter(file_id__in=wanted).values_list("file_id", flat=True))
    return tuple(sorted(id for id in wanted if id not in held))


async def drop_files(ids: Collection[UUID]) -> tuple[UUID, ...]:
    """Delete the rows of those of the files that nobody holds; their ids."""
    gone = await unheld(ids)
    if gone:
        await StoredFile.filter(id__in=list(gone)).delete()
    return gone


def without_names(written: str, names: Collection[str]) -> str:
    """Words of staff without the person's own name, and without what rules take for personal."""
    for name in names:
        written = written.replace(name, LEFT_OUT[Kind.NAME])
    return without_personal(written, LEFT_OUT)


def _empty(row: Complaint, instead: str, names: Collection[str]) -> None:
    row.story, row.place_text = instead, ""
    row.place_original = row.place_cell = row.scene_code = None
    row.phone_sealed = row.phone_index = row.name_sealed = row.account_id = None
    row.particulars = row.suggestion = row.routing = None
    row.rating_comment = None
    row.dispute_reason = instead if row.dispute_reason else None
    for column in ("answer", "refusal_reason", "question"):
        written = getattr(row, column)
        if written:
            setattr(row, column, without_names(written, names))


async def _empty_words(case_id: UUID, instead: str) -> None:
    await ComplaintAddition.filter(complaint_id=case_id).update(text=instead)
    await ComplaintNote.filter(complaint_id=case_id).update(text=instead)
    await DangerAlert.filter(complaint_id=case_id).update(words=instead, place_text=None, account_id=None)
    await FollowUpVisit.filter(complaint_id=case_id, words__isnull=False).update(words=instead)


async def _empty_orders(case_id: UUID, instead: str, names: Collection[str]) -> None:
    for order in await WorkOrder.filter(complaint_id=case_id):
        order.words, order.place_text = instead, ""
        order.latitude = order.longitude = None
        order.report = order.report and without_names(order.report, names)
        order.ground = order.ground and without_names(order.ground, names)
        await order.save()


async def _empty_exchange(case_id: UUID, instead: str) -> None:
    orders = list(await ExchangeOrder.filter(complaint_id=case_id).values_list("id", flat=True))
    if orders:
        await ExchangeStep.filter(order_id__in=orders, text__isnull=False).update(text=instead)
    told = ExchangeMessage.filter(case_id=case_id).exclude(state__in=ON_ITS_WAY)
    await told.update(body=NOTHING_TOLD)


async def _let_go_of_photos(case_id: UUID, stages: Collection[str]) -> tuple[UUID, ...]:
    photos = ComplaintPhoto.filter(complaint_id=case_id, stage__in=list(stages))
    files = {one.file_id for one in await photos}
    await photos.delete()
    orders = list(await WorkOrder.filter(complaint_id=case_id).values_list("id", flat=True))
    if orders:
        shown = WorkOrderPhoto.filter(order_id__in=orders)
        if "after" not in stages:
            shown = shown.filter(stage="before")
        files |= {one.file_id for one in await shown}
        await shown.delete()
    return await drop_files(files)
