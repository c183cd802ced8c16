"""What platforms tell about orders that are on record: more from the citizen, a reminder, how our case goes on with them.

Each has a number of theirs and is written once under it, together with its audit entry in the case's chain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from enum import StrEnum

import msgspec

from casework.complaints.adding import add_to
from casework.complaints.desk import Desk
from casework.complaints.events import ComplaintReminded
from casework.complaints.lifecycle import OPEN_STATES
from casework.complaints.models import Complaint
from casework.complaints.moving import Step, take_within
from casework.complaints.telling import common
from casework.complaints.wording import digest, optional, required
from casework.exchange.models import ExchangeOrder, ExchangeStep
from casework.exchange.orders import INBOUND, OUTBOUND, acting_for, find_order
from casework.exchange.profile import Peer
from kit.clock import local
from kit.db import Change
from kit.problems import Conflict, NotFound

TEXT_AT_MOST = 2_000
STATUS_AT_MOST = 80
STEPS_AT_MOST = 500


class Kind(StrEnum):
    """What is told."""

    SUPPLEMENT = "supplement"
    REMINDER = "reminder"
    STEP = "step"


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a platform tells: its number there, its words, for a step where the order stands with them."""

    id: str
    text: str = ""
    status: str = ""


Work = Callable[[Change, Complaint, ExchangeOrder], Awaitable[None]]


async def add_supplement(desk: Desk, peer: Peer, number: str, told: Told, body: bytes) -> bool:
    """Add what the citizen told the platform meanwhile. Returns whether it is new.

    Raises NotFound, Conflict for a case that is over or a number that came with another body, Invalid.
    """
    words = required(told.text, field="text", at_most=TEXT_AT_MOST)

    async def work(change: Change, row: Complaint, order: ExchangeOrder) -> None:
        if row.state not in OPEN_STATES:
            raise Conflict("problem.complaint.over")
        await add_to(change, desk, acting_for(peer), row, words, act=f"{order.id.hex}:{told.id}")

    return await _once(desk, peer, number, Kind.SUPPLEMENT, told, body, work)


async def remind(desk: Desk, peer: Peer, number: str, told: Told, body: bytes) -> bool:
    """Have whoever has the case reminded (催办); of a second time on one day only a note is taken. Returns and raises
    like `add_supplement`.
    """

    async def work(change: Change, row: Complaint, order: ExchangeOrder) -> None:
        if row.reminded_at is None or local(row.reminded_at).date() != local(change.now).date():
            await take_within(desk, change, acting_for(peer), row, _reminder(desk, change))

    return await _once(desk, peer, number, Kind.REMINDER, told, body, work)


async def take_step(desk: Desk, peer: Peer, number: str, told: Told, body: bytes) -> bool:
    """Note how a case of ours that was referred to the platform goes on there. Our case does not move by it: what the
    citizen is told is for a clerk to decide. Returns and raises like `add_supplement`.
    """
    required(told.status, field="status", at_most=STATUS_AT_MOST)

    async def work(change: Change, row: Complaint, order: ExchangeOrder) -> None:
        order.their_status = optional(told.status, field="status", at_most=STATUS_AT_MOST)
        order.their_status_at = change.now
        await order.save(update_fields=["their_status", "their_status_at"])
        facts = {
            "content": {"peer": peer.name, "status": order.their_status, "text_digest": _digest(desk, told)},
            "order": str(order.id),
        }
        await change.audit(row.id, acting_for(peer), "exchange.step", facts)

    return await _once(desk, peer, number, Kind.STEP, told, body, work)


async def _once(desk: Desk, peer: Peer, number: str, kind: Kind, told: Told, body: bytes, work: Work) -> bool:
    """Do the work and remember that it was told, or neither."""
    order = await find_order(peer, number)
    if order.direction != (OUTBOUND if kind is Kind.STEP else INBOUND):
        raise Conflict("problem.exchange.direction")
    said = hashlib.sha256(body).hexdigest()
    text = optional(told.text, field="text", at_most=TEXT_AT_MOST)

    async def within(change: Change) -> bool:
        # The case first, as whoever touches one does: twins follow one another.
        row = await change.lock(Complaint, order.complaint_id)
        current = await change.lock(ExchangeOrder, order.id)
        if row is None or current is None:
            raise NotFound("problem.exchange.no_order")
        before = await ExchangeStep.get_or_none(order_id=order.id, kind=kind.value, their_id=told.id)
        if before is not None:
            if before.body_digest != said:
                raise Conflict("problem.idempotency_conflict")
            return False
        if await ExchangeStep.filter(order_id=order.id).count() >= STEPS_AT_MOST:
            raise Conflict("problem.exchange.too_many_steps", at_most=STEPS_AT_MOST)
        await work(change, row, current)
        step = ExchangeStep(
            id=change.ids.new(),
            order_id=order.id,
            kind=kind.value,
            their_id=told.id,
            body_digest=said,
            status=told.status or None,
            # What the citizen said stands with the complaint alone, where it is deleted with it.
            text=text if kind is not Kind.SUPPLEMENT else None,
            at=change.now,
        )
        await step.save(force_create=True)
        return True

    return await desk.db.change(within)


def _reminder(desk: Desk, change: Change) -> Step:
    def fill(row: Complaint) -> None:
        row.times_reminded = (row.times_reminded or 0) + 1
        row.reminded_at = change.now

    return Step(
        move="remind",
        given={},
        content={"on": local(change.now).date().isoformat()},
        fill=fill,
        tell=lambda row: ComplaintReminded(
            **common(desk, row), by_citizen=False, times=row.times_reminded or 1, answer_by_at=row.due_at
        ),
    )


def _digest(desk: Desk, told: Told) -> str | None:
    return digest(desk.sealer, told.text) if told.text else None
