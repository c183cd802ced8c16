"""Reading the exchange: messages for the clerk's page, the orders of a case for the page of that case."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

import msgspec
from tortoise.functions import Count, Min

from casework.complaints.models import Complaint
from casework.exchange.models import ExchangeMessage, ExchangeOrder, ExchangeStep
from casework.exchange.orders import OUTBOUND
from casework.exchange.planning import FAILED, QUEUED, SENDING
from kit.problems import Invalid

PAGE_AT_MOST = 100
STEPS_SHOWN = 30


class MessageLine(msgspec.Struct, frozen=True, kw_only=True):
    """One message and what became of it. `reason` is a code with a sentence under `exchange.reason`, "" if all went
    well; `reference` our case's, `content` what is told, as it is stored.
    """

    id: UUID
    peer: str
    reference: str
    kind: str
    state: str
    reason: str
    attempts: int
    last_status: int | None
    content: Mapping[str, object]
    trail: str | None
    created_at: datetime
    updated_at: datetime
    next_at: datetime
    settled_at: datetime | None
    replay_of: UUID | None


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked for; empty is everything."""

    state: str = ""
    peer: str = ""
    reference: str = ""


class MessagePage(msgspec.Struct, frozen=True, kw_only=True):
    """Some messages, newest first; `after` leads to older ones."""

    rows: tuple[MessageLine, ...]
    after: str | None


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """What has not arrived: how many wait and since when the oldest, how many failed by platform."""

    waiting: int
    oldest_at: datetime | None
    failed: Mapping[str, int]


class StepLine(msgspec.Struct, frozen=True, kw_only=True):
    """What the platform told about an order. `text` is empty for a supplement: that stands with the complaint."""

    kind: str
    status: str
    text: str
    at: datetime


class OrderLine(msgspec.Struct, frozen=True, kw_only=True):
    """An order of a case. `number` is what the platform calls it, "" while it has not said."""

    id: UUID
    peer: str
    number: str
    direction: str
    due_at: datetime | None
    their_category: str
    their_status: str
    reason: str
    created_at: datetime
    steps: tuple[StepLine, ...]


async def messages(sought: Sought, after: str | None = None, limit: int = 50) -> MessagePage:
    """Messages to other platforms, newest first. Raises Invalid for an `after` that leads nowhere."""
    query = ExchangeMessage.all()
    if sought.state:
        query = query.filter(state=sought.state)
    if sought.peer:
        query = query.filter(peer=sought.peer)
    if sought.reference:
        case = await Complaint.get_or_none(reference=sought.reference)
        if case is None:
            return MessagePage(rows=(), after=None)
        query = query.filter(case_id=case.id)
    limit = max(1, min(limit, PAGE_AT_MOST))
    if after is not None:
        try:
            # Keys are time-ordered: the key alone is the position.
            query = query.filter(id__lt=UUID(after))
        except ValueError:
            raise Invalid("problem.complaint.page", field="after") from None
    rows = await query.order_by("-id").limit(limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    return MessagePage(rows=await _lines(rows), after=str(rows[-1].id) if more else None)


async def message(message_id: UUID) -> MessageLine | None:
    """One message, None if there is none of this id."""
    found = await _lines(await ExchangeMessage.filter(id=message_id))
    return found[0] if found else None


async def replays_of(message_id: UUID) -> tuple[MessageLine, ...]:
    """The messages that were sent once more in place of this one, oldest first."""
    # Keys are time-ordered: what was there before need not be looked at.
    return await _lines(await ExchangeMessage.filter(replay_of=message_id, id__gt=message_id).order_by("id"))


async def what_waits() -> Waiting:
    """What has not arrived, for the clerk's page and for the alarm of a stuck way out."""
    waiting = ExchangeMessage.filter(state__in=(QUEUED, SENDING))
    row = (await waiting.annotate(at=Min("created_at"), number=Count("id")).values("at", "number"))[0]
    failed = (
        await ExchangeMessage.filter(state=FAILED)
        .annotate(number=Count("id"))
        .group_by("peer")
        .values("peer", "number")
    )
    at: datetime | str | None = row["at"]
    return Waiting(
        waiting=row["number"],
        oldest_at=datetime.fromisoformat(at) if isinstance(at, str) else at,
        failed={one["peer"]: one["number"] for one in failed},
    )


async def orders_of(case_id: UUID) -> tuple[OrderLine, ...]:
    """The orders of a case, the earliest first, each with the last that its platform told."""
    orders = await ExchangeOrder.filter(complaint_id=case_id).order_by("id")
    return tuple([_order(row, await _steps(row.id)) for row in orders])


async def _steps(order_id: UUID) -> tuple[StepLine, ...]:
    rows = await ExchangeStep.filter(order_id=order_id).order_by("-id").limit(STEPS_SHOWN)
    return tuple(
        StepLine(kind=row.kind, status=row.status or "", text=row.text or "", at=row.at)
        for row in reversed(rows)
    )


async def _lines(rows: Collection[ExchangeMessage]) -> tuple[MessageLine, ...]:
    wanted = {row.case_id for row in rows if row.case_id is not None}
    pairs = await Complaint.filter(id__in=wanted).values_list("id", "reference") if wanted else []
    references: dict[UUID, str] = dict(pairs)
    return tuple(_line(row, references.get(row.case_id, "") if row.case_id else "") for row in rows)


def _line(row: ExchangeMessage, reference: str) -> MessageLine:
    return MessageLine(
        id=row.id,
        peer=row.peer,
        reference=reference,
        kind=row.kind,
        state=row.state,
        # Why an earlier try failed says nothing of a message that arrived after all.
        reason=(row.last_reason or "") if row.state in (FAILED, QUEUED) else "",
        attempts=row.attempts,
        last_status=row.last_status,
        content=msgspec.json.decode(row.body, type=dict[str, object]),
        trail=row.trail,
        created_at=row.created_at,
        updated_at=row.updated_at,
        next_at=row.next_at,
        settled_at=row.settled_at,
        replay_of=row.replay_of,
    )


def _order(row: ExchangeOrder, steps: tuple[StepLine, ...]) -> OrderLine:
    is_ours = row.direction == OUTBOUND
    return OrderLine(
        id=row.id,
        peer=row.peer,
        number=(row.their_number or "") if is_ours else row.external_number,
        direction=row.direction,
        due_at=row.external_due_at,
        their_category=row.their_category or "",
        their_status=row.their_status or "",
        reason=row.reason or "",
        created_at=row.created_at,
        steps=steps,
    )
