"""Orders of other platforms: each becomes one complaint under the number it has there.

A number is taken once. The same order again is answered as the first time, another order under it refused; what was
sent is remembered with the order itself, so that this holds for as long as there is an order.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from casework.actors import EVERY_UNIT, Actor
from casework.complaints.actions import accept
from casework.complaints.desk import Desk
from casework.complaints.filing import NewComplaint, Source, new_complaint_rows
from casework.complaints.lifecycle import State
from casework.complaints.models import Complaint
from casework.complaints.place import Position
from casework.complaints.urgency import Urgency
from casework.exchange.models import ExchangeOrder
from casework.exchange.profile import ExchangeSection, Peer
from casework.roles import Role
from kit.db import Intake, Repeat
from kit.problems import Busy, Conflict, NotFound, Problem
from kit.rows import new_row

INBOUND: Final = "inbound"
OUTBOUND: Final = "outbound"
LOOKED_AT_AT_ONCE: Final = 1_000


class NewOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What a platform sends. `category` and `urgency` are its own words; `name` and `phone` are the reporter's."""

    number: str
    story: str
    place_text: str = ""
    position: Position | None = None
    category: str | None = None
    urgency: str | None = None
    name: str | None = None
    phone: str | None = None
    due_at: datetime | None = None


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """An order that is on record, under which reference and since when."""

    number: str
    reference: str
    received_at: datetime


class OrderView(msgspec.Struct, frozen=True, kw_only=True):
    """How an order stands, for its platform: never whose complaint it is, nor who handles it."""

    number: str
    reference: str
    direction: str
    state: State
    received_at: datetime
    due_at: datetime | None
    unit_name: str
    answer: str | None
    refusal_reason: str | None
    responsible_body: str | None


def acting_for(peer: Peer) -> Actor:
    """The platform as somebody who files for others and takes in what its people have looked at already."""
    return Actor(
        kind="system",
        id=None,
        roles=frozenset({Role.DISPATCHER}),
        name=peer.name,
        units=frozenset({EVERY_UNIT}),
    )


async def take_order(desk: Desk, peer: Peer, new: NewOrder, body: bytes) -> Taken:
    """File the complaint of an order, at most once for its number. `body` is what was sent.

    Raises Conflict (409) for a number that came with another body, Invalid naming the field that cannot be used.
    """
    digest = hashlib.sha256(body).digest()
    known = await ExchangeOrder.get_or_none(peer=peer.code, external_number=new.number)
    if known is not None:
        return await _taken_before(known, digest)
    prepared = await new_complaint_rows(desk, acting_for(peer), _complaint(desk, peer, new))
    order = new_row(
        ExchangeOrder,
        id=desk.db.ids.new(),
        peer=peer.code,
        external_number=new.number,
        direction=INBOUND,
        complaint_id=prepared.complaint_id,
        external_due_at=new.due_at,
        created_at=desk.db.clock.now(),
        body_digest=digest.hex(),
        their_category=new.category,
    )
    guard = f"exchange:{peer.code}:{new.number}"
    intake = Intake((guard,), digest, (*prepared.rows, order), order.id.bytes)
    outcome = await desk.db.write(intake)
    if isinstance(outcome, Repeat):
        # A twin was quicker by a moment.
        twin = await ExchangeOrder.get_or_none(peer=peer.code, external_number=new.number)
        if twin is None:
            raise Busy()
        return await _taken_before(twin, digest)
    return Taken(number=new.number, reference=prepared.reference, received_at=order.created_at)


async def find_order(peer: Peer, number: str) -> ExchangeOrder:
    """An order of this very platform. Raises NotFound, also for other platforms' orders."""
    order = await ExchangeOrder.get_or_none(peer=peer.code, external_number=number)
    if order is None:
        raise NotFound("problem.exchange.no_order")
    return order


async def order_view(desk: Desk, peer: Peer, number: str) -> OrderView:
    """How an order stands now. Raises NotFound."""
    order = await find_order(peer, number)
    row = await Complaint.get_or_none(id=order.complaint_id)
    if row is None:
        raise NotFound("problem.exchange.no_order")
    return OrderView(
        number=order.external_number,
        reference=row.reference,
        direction=order.direction,
        state=State(row.state),
        received_at=order.created_at,
        due_at=row.due_at,
        unit_name=desk.policy.unit_name(row.unit),
        answer=row.answer if row.state != State.HANDLED.value else None,
        refusal_reason=row.refusal_reason,
        responsible_body=row.responsible_body,
    )


async def accept_orders(desk: Desk, section: ExchangeSection) -> int:
    """Accept new orders of those platforms whose orders need no dispatcher. Returns how many were accepted.

    Only under the category that the platform itself named: what the words suggest is for a person to decide.
    """
    waiting = await _waiting([peer.code for peer in section.peers if peer.accepts])
    done = 0
    for order in waiting:
        peer = section.peer(order.peer)
        if peer is None:
            continue
        try:
            await accept(desk, acting_for(peer), order.complaint_id)
        except Problem:
            # A clerk was quicker, or the category is gone from the profile: then it waits for one.
            continue
        done += 1
    return done


async def _waiting(peers: list[str]) -> list[ExchangeOrder]:
    if not peers:
        return []
    rows = Complaint.filter(
        state=State.SUBMITTED.value, source=Source.EXCHANGE.value, category__isnull=False
    ).order_by("-id")
    ids: list[UUID] = list(await rows.limit(LOOKED_AT_AT_ONCE).values_list("id", flat=True))  # type: ignore[arg-type]
    if not ids:
        return []
    return await ExchangeOrder.filter(complaint_id__in=ids, direction=INBOUND, peer__in=peers).order_by("id")


async def _taken_before(order: ExchangeOrder, digest: bytes) -> Taken:
    if order.body_digest != digest.hex():
        raise Conflict("problem.exchange.number_taken")
    row = await Complaint.get_or_none(id=order.complaint_id)
    if row is None:
        raise NotFound("problem.exchange.no_order")
    return Taken(number=order.external_number, reference=row.reference, received_at=order.created_at)


def _complaint(desk: Desk, peer: Peer, new: NewOrder) -> NewComplaint:
    category = peer.categories.get(new.category or "")
    return NewComplaint(
        account_id=None,
        story=new.story,
        source=Source.EXCHANGE,
        place_text=new.place_text,
        position=new.position,
        phone=new.phone,
        person_name=new.name,
        category=category if category in desk.policy.categories else None,
        urgency=_urgency(peer, new.urgency),
        external_due_at=new.due_at,
    )


def _urgency(peer: Peer, theirs: str | None) -> Urgency | None:
    """What their degree is with us; None for one nobody has mapped: then the category's own holds."""
    return peer.urgencies.get(theirs or "")
