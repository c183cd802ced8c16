"""Reading deliveries: the clerk's page of them, and a person's own notices in the console."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

import msgspec

from casework.notifications.models import Delivery
from casework.notifications.preferences import STAFF
from casework.notifications.states import SENT
from kit.db import Change, Database
from kit.problems import Invalid

PAGE_AT_MOST = 100


class DeliveryLine(msgspec.Struct, frozen=True, kw_only=True):
    """One message and what became of it. `reason_key` is the catalogue key of why not, or of why only the
    console shows it; empty if all went well.

    `receipt` is what the platform reported afterwards: "delivered", or a word for why not.
    """

    id: UUID
    case_id: UUID | None
    recipient_kind: str
    recipient_id: UUID
    rule: str
    template: str
    params: Mapping[str, str]
    state: str
    reason_key: str
    channel: str | None
    attempts: int
    created_at: datetime
    updated_at: datetime
    receipt: str | None = None
    receipt_at: datetime | None = None


class DeliveryPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some deliveries, newest first; `after` leads to older ones."""

    rows: tuple[DeliveryLine, ...]
    after: str | None


async def deliveries(
    states: Collection[str] = (), case_id: UUID | None = None, after: str | None = None, limit: int = 50
) -> DeliveryPage:
    """Messages to citizens and notices to staff, newest first, of the given states (none: all)."""
    limit = max(1, min(limit, PAGE_AT_MOST))
    query = Delivery.all()
    if states:
        query = query.filter(state__in=sorted(states))
    if case_id is not None:
        query = query.filter(case_id=case_id)
    if after is not None:
        try:
            # Keys are time-ordered: the key alone is the position.
            query = query.filter(id__lt=UUID(after))
        except ValueError:
            raise Invalid("problem.complaint.page", field="after") from None
    rows = await query.order_by("-id").limit(limit + 1)
    more = len(rows) > limit
    rows = rows[:limit]
    return DeliveryPage(rows=tuple(_line(row) for row in rows), after=str(rows[-1].id) if more else None)


async def unread_for(staff_id: UUID, limit: int = 50) -> tuple[DeliveryLine, ...]:
    """A person's notices not yet read, newest first; those of them that are also called by WeChat included."""
    rows = (
        await Delivery.filter(recipient_id=staff_id, recipient_kind=STAFF, read_at__isnull=True)
        .order_by("-created_at", "-id")
        .limit(min(limit, PAGE_AT_MOST))
    )
    return tuple(_line(row) for row in rows)


async def mark_read(db: Database, staff_id: UUID, delivery_ids: Collection[UUID]) -> None:
    """Note that a person has read notices of theirs; other people's are left alone."""
    if not delivery_ids:
        return

    async def work(change: Change) -> None:
        await Delivery.filter(
            id__in=list(delivery_ids), recipient_id=staff_id, recipient_kind=STAFF, read_at__isnull=True
        ).update(read_at=change.now)

    await db.change(work)


async def oldest_unsent_at() -> datetime | None:
    """When the oldest message still waiting was planned; the alarm for a stuck way out."""
    row = await Delivery.filter(state="queued").order_by("id").first()
    return row.created_at if row is not None else None


def reason_key(reason: str | None) -> str:
    """The catalogue key of a stored reason: a channel's own key as it is, a code under `delivery.reason`."""
    if not reason:
        return ""
    return reason if "." in reason else f"delivery.reason.{reason}"


def _line(row: Delivery) -> DeliveryLine:
    return DeliveryLine(
        id=row.id,
        case_id=row.case_id,
        recipient_kind=row.recipient_kind,
        recipient_id=row.recipient_id,
        rule=row.rule,
        template=row.template,
        params=msgspec.json.decode(row.params, type=dict[str, str]),
        state=row.state,
        # Why an earlier try failed says nothing of a message that was sent after all.
        reason_key=reason_key(row.final_reason or (row.last_reason if row.state != SENT else None)),
        channel=row.channel,
        attempts=row.attempts,
        created_at=row.created_at,
        updated_at=row.updated_at,
        receipt=row.receipt,
        receipt_at=row.receipt_at,
    )
