"""The decision in the applicant's hands: online at once where they agreed to that, at the window with a receipt, by post.

Within ten working days (行政许可法 44). A refund or a denial of one is delivered the same way.
"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import msgspec

from casework.actors import Actor, clock
from casework.complaints.wording import optional
from casework.documents.issuing import record_delivery
from casework.documents.models import IssuedDocument
from casework.documents.papers import Paper
from casework.permits.desk import PermitDesk
from casework.permits.events import ApplicationDelivered
from casework.permits.identity import is_lacking, require_known
from casework.permits.models import PermitApplication
from casework.permits.moving import PermitStep, move_within, take
from casework.permits.papers import ABOUT_APPLICATION, issue_about, officers, particulars
from kit.db import Change
from kit.problems import Invalid

Delivery = Literal["online", "window", "post"]
WAYS: tuple[Delivery, ...] = ("online", "window", "post")
ONLINE: Delivery = "online"
RECIPIENT_AT_MOST = 60
DECISIONS = (
    Paper.GRANT,
    Paper.DENIAL,
    Paper.CHANGE,
    Paper.RENEWAL,
    Paper.CANCELLATION,
    Paper.REFUND,
    Paper.FILING,
)


async def deliver(
    desk: PermitDesk,
    actor: Actor,
    application_id: UUID,
    *,
    delivery: Delivery,
    recipient: str = "",
    expected_revision: int | None = None,
) -> None:
    """It was handed over: `recipient` is who signed for it at the window, or the number of the letter.

    Raises NotFound, Forbidden, Conflict, Invalid naming the field.
    """
    if delivery not in WAYS:
        raise Invalid("problem.permit.delivery", field="delivery")
    name = optional(recipient, field="recipient", at_most=RECIPIENT_AT_MOST)
    if name is None and delivery != ONLINE:
        raise Invalid("problem.permit.recipient", field="recipient")
    step = _step(desk, actor, delivery, name or "")
    await take(desk, actor, application_id, step, expected_revision)


async def deliver_online(desk: PermitDesk, change: Change, row: PermitApplication) -> bool:
    """Deliver what was just decided where the applicant wants it online; whether it was. `row` is locked."""
    if row.delivery != ONLINE or is_lacking(desk.section.kind(row.kind), row, "delivery"):
        return False
    await move_within(desk, change, clock(), row, _step(desk, clock(), ONLINE, ""))
    return True


async def hand_over_online(
    desk: PermitDesk, change: Change, row: PermitApplication, document: IssuedDocument
) -> None:
    """The same for a paper that ends a matter by itself (a filing's receipt)."""
    if row.delivery == ONLINE:
        await record_delivery(change, clock(), document.id, ONLINE)


async def hand_over(
    desk: PermitDesk,
    change: Change,
    actor: Actor,
    row: PermitApplication,
    delivery: Delivery,
    recipient: str = "",
) -> None:
    """Note that the decisions which are still here were handed over, with their receipt, where that moves nothing. `row` is
    locked. Online only for whoever is known; raises Conflict for anybody else at the window.
    """
    kind = desk.section.kind(row.kind)
    if delivery == ONLINE and (row.delivery != ONLINE or is_lacking(kind, row, "delivery")):
        return
    require_known(kind, row, "delivery")
    documents = await _undelivered(row)
    for one in documents:
        await record_delivery(change, actor, one.id, delivery)
    if documents:
        await issue_receipt(desk, change, actor, row, documents, delivery, recipient)


async def _undelivered(row: PermitApplication) -> list[IssuedDocument]:
    papers = [one.value for one in DECISIONS]
    found = IssuedDocument.filter(
        about_kind=ABOUT_APPLICATION, about_id=row.id, kind__in=papers, voided_at=None, delivered_at=None
    )
    return await found.order_by("issued_at", "id")


def _step(desk: PermitDesk, actor: Actor, delivery: Delivery, recipient: str) -> PermitStep:
    async def fill(change: Change, row: PermitApplication) -> None:
        if delivery == ONLINE and row.delivery != ONLINE:
            raise Invalid("problem.permit.delivery_consent", field="delivery")
        require_known(desk.section.kind(row.kind), row, "delivery")
        row.delivery = delivery

    async def follow(change: Change, row: PermitApplication) -> None:
        documents = await _undelivered(row)
        for one in documents:
            await record_delivery(change, actor, one.id, delivery)
        await issue_receipt(desk, change, actor, row, documents, delivery, recipient)

    content = {"delivery": delivery}
    return PermitStep("deliver", ApplicationDelivered, content, content, fill=fill, follow=follow)


async def issue_receipt(
    desk: PermitDesk,
    change: Change,
    actor: Actor,
    row: PermitApplication,
    documents: list[IssuedDocument],
    delivery: Delivery,
    recipient: str,
) -> None:
    """The receipt (送达回证) of papers that were handed over just now."""
    text = desk.documents.catalogue.text
    named = tuple(
        text("permit_paper.delivered", name=text(f"permit_paper.title.{one.kind}"), number=one.number or "")
        for one in documents
    )
    data = msgspec.structs.replace(
        particulars(desk, row),
        delivered_papers=named,
        delivered_at=change.now,
        delivery=delivery,
        recipient=recipient,
        officers=await officers(change, [actor.id] if actor.id is not None else []),
    )
    await issue_about(desk, change, actor, row, Paper.DELIVERY, data)
