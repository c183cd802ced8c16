"""Reading deliveries: the clerk's page of them, and a person's own notices in the console."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

import msgspec
from tortoise.queryset import QuerySet

from casework.notifications.alerts import answer_by_reading
from casework.notifications.models import Delivery
from casework.notifications.preferences import STAFF
from casework.notifications.states import SENT
from kit.db import Change, Database
from kit.db.raw import Statement
from kit.problems import Invalid

PAGE_AT_MOST = 100
_UNREAD = Statement(
    "SELECT id FROM delivery WHERE recipient_id = $1 AND recipient_kind = $2 AND read_at IS NULL LIMIT $3"
)
"""For every page, so by hand."""


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
    lane: int | None = None
    repeats: int = 0
    next_at: datetime | None = None
    expires_at: datetime | None = None
    settled_at: datetime | None = None
    read_at: datetime | None = None
    replay_of: UUID | None = None
    digest_id: UUID | None = None
    trail: str | None = None


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for; empty is everything. `reason` is a stored final reason, `recipient_kind` as stored."""

    states: tuple[str, ...] = ()
    case_id: UUID | None = None
    rule: str = ""
    recipient_kind: str = ""
    reason: str = ""
    since: datetime | None = None


class DeliveryPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some deliveries, newest first; `after` leads to older ones."""

    rows: tuple[DeliveryLine, ...]
    after: str | None


async def deliveries(sought: Sought | None = None, after: str | None = None, limit: int = 50) -> DeliveryPage:
    """Messages to citizens and notices to staff, newest first."""
    return await _page(_narrowed(sought or Sought()), after, limit)


async def _page(query: QuerySet[Delivery], after: str | None, limit: int) -> DeliveryPage:
    limit = max(1, min(limit, PAGE_AT_MOST))
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


def _narrowed(sought: Sought) -> QuerySet[Delivery]:
    query = Delivery.all()
    if sought.states:
        query = query.filter(state__in=sorted(sought.states))
    if sought.case_id is not None:
        query = query.filter(case_id=sought.case_id)
    if sought.rule:
        query = query.filter(rule=sought.rule)
    if sought.recipient_kind:
        query = query.filter(recipient_kind=sought.recipient_kind)
    if sought.reason:
        query = query.filter(final_reason=sought.reason)
    if sought.since is not None:
        query = query.filter(created_at__gte=sought.since)
    return query


async def delivery(delivery_id: UUID) -> DeliveryLine | None:
    """One message, None if there is none of this id."""
    row = await Delivery.get_or_none(id=delivery_id)
    return _line(row) if row is not None else None


async def replays_of(delivery_id: UUID) -> tuple[DeliveryLine, ...]:
    """The messages that were sent once more in place of this one, oldest first."""
    # Keys are time-ordered: what was there before need not be looked at.
    rows = await Delivery.filter(replay_of=delivery_id, id__gt=delivery_id).order_by("id")
    return tuple(_line(row) for row in rows)


async def notices_for(staff_id: UUID, after: str | None = None, limit: int = 50) -> DeliveryPage:
    """Everything a person was told, read or not, newest first. Bundles are left out: what is in them is here."""
    theirs = Delivery.filter(recipient_id=staff_id, recipient_kind=STAFF)
    return await _page(theirs.exclude(rule="bundle_staff"), after, limit)


async def unread_count(staff_id: UUID, at_most: int = 100) -> int:
    """How many notices wait to be read, at most `at_most`."""
    return len(await _UNREAD.rows(Delivery._meta.db, staff_id, STAFF, at_most))


async def unread_for(staff_id: UUID, limit: int = 50) -> tuple[DeliveryLine, ...]:
    """A person's notices not yet read, newest first; those of them that are also called by WeChat included."""
    rows = (
        await Delivery.filter(recipient_id=staff_id, recipient_kind=STAFF, read_at__isnull=True)
        .order_by("-created_at", "-id")
        .limit(min(limit, PAGE_AT_MOST))
    )
    return tuple(_line(row) for row in rows)


async def mark_read(db: Database, staff_id: UUID, delivery_ids: Collection[UUID]) -> int:
    """Note that a person has read notices of theirs; other people's are left alone. Calls among them are answered.

    Returns how many were unread.
    """
    if not delivery_ids:
        return 0
    theirs = Delivery.filter(recipient_id=staff_id, recipient_kind=STAFF, read_at__isnull=True)
    return await _mark(db, staff_id, theirs.filter(id__in=list(delivery_ids)))


async def mark_case_read(db: Database, staff_id: UUID, case_id: UUID) -> int:
    """Note that a person has opened a case: what they were told about it is read."""
    theirs = Delivery.filter(recipient_id=staff_id, recipient_kind=STAFF, read_at__isnull=True)
    return await _mark(db, staff_id, theirs.filter(case_id=case_id))


async def _mark(db: Database, staff_id: UUID, unread: QuerySet[Delivery]) -> int:
    # Asked outside a transaction first: most pages are opened by whoever has read everything.
    rows = await unread.only("id", "event_id")
    if not rows:
        return 0

    async def work(change: Change) -> int:
        await answer_by_reading(change, staff_id, [row.event_id for row in rows])
        found = Delivery.filter(id__in=[row.id for row in rows], read_at__isnull=True)
        return int(await found.update(read_at=change.now))

    return await db.change(work)


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
        lane=row.lane,
        repeats=row.repeats or 0,
        next_at=row.next_at,
        expires_at=row.expires_at,
        settled_at=row.settled_at,
        read_at=row.read_at,
        replay_of=row.replay_of,
        digest_id=row.digest_id,
        trail=row.trail,
    )
