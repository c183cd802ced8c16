"""The platforms' routes: an order, how it stands, more about it, a reminder, a step of theirs on an order of ours."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sanic import HTTPResponse, Request

from casework.complaints.place import Position
from casework.exchange import told
from casework.exchange.orders import NewOrder, order_view, take_order
from casework.exchange.profile import Peer
from kit.clock import local
from kit.problems import Invalid, NotFound
from miniapp_api.exchange.bodies import (
    NUMBER,
    HeardAnswer,
    OrderAnswer,
    OrderBody,
    StepBody,
    TakenAnswer,
    ToldBody,
)
from miniapp_api.exchange.door import ExchangeDoor
from miniapp_api.speaking import answer, body_of

LONGEST_PAST, LONGEST_AHEAD = timedelta(days=366), timedelta(days=3660)
_NUMBER = re.compile(NUMBER, re.ASCII)


async def post_order(request: Request, door: ExchangeDoor, peer: Peer) -> HTTPResponse:
    """POST /exchange/v1/orders: 201, and the same again for the same order."""
    body = body_of(request, OrderBody)
    if door.misconduct.is_told_in(f"{body.story}\n{body.place}"):
        # Taken nowhere but where informants are protected: nothing of it is stored or logged.
        raise Invalid("problem.exchange.misconduct", field="story")
    reporter = body.reporter
    new = NewOrder(
        number=body.number,
        story=body.story,
        place_text=body.place,
        position=_position(body),
        category=body.category,
        urgency=body.urgency,
        name=reporter.name if reporter is not None else None,
        phone=reporter.phone if reporter is not None else None,
        due_at=_due(body.due_at, door.desk.db.clock.now()),
    )
    taken = await take_order(door.desk, peer, new, request.body)
    return answer(
        TakenAnswer(number=taken.number, reference=taken.reference, received_at=local(taken.received_at)),
        201,
    )


async def show_order(request: Request, door: ExchangeDoor, peer: Peer, number: str) -> HTTPResponse:
    """GET /exchange/v1/orders/{number}: how it stands now."""
    view = await order_view(door.desk, peer, _known(number))
    return answer(
        OrderAnswer(
            number=view.number,
            reference=view.reference,
            direction=view.direction,
            state=view.state.value,
            status=peer.status_of(view.state.value),
            received_at=local(view.received_at),
            due_at=local(view.due_at) if view.due_at is not None else None,
            unit_name=view.unit_name,
            answer=view.answer,
            refusal_reason=view.refusal_reason,
            responsible_body=view.responsible_body,
        )
    )


async def post_supplement(request: Request, door: ExchangeDoor, peer: Peer, number: str) -> HTTPResponse:
    """POST /exchange/v1/orders/{number}/supplements."""
    body = body_of(request, ToldBody)
    if door.misconduct.is_told_in(body.text):
        raise Invalid("problem.exchange.misconduct", field="text")
    what = told.Told(id=body.id, text=body.text)
    return await _heard(told.add_supplement, request, door, peer, number, what)


async def post_reminder(request: Request, door: ExchangeDoor, peer: Peer, number: str) -> HTTPResponse:
    """POST /exchange/v1/orders/{number}/reminders."""
    body = body_of(request, ToldBody)
    return await _heard(told.remind, request, door, peer, number, told.Told(id=body.id, text=body.text))


async def post_step(request: Request, door: ExchangeDoor, peer: Peer, number: str) -> HTTPResponse:
    """POST /exchange/v1/orders/{number}/steps: `number` is our reference here."""
    body = body_of(request, StepBody)
    what = told.Told(id=body.id, text=body.text, status=body.status)
    return await _heard(told.take_step, request, door, peer, number, what)


async def _heard(
    take: Callable[..., Awaitable[bool]],
    request: Request,
    door: ExchangeDoor,
    peer: Peer,
    number: str,
    what: told.Told,
) -> HTTPResponse:
    is_new = await take(door.desk, peer, _known(number), what, request.body)
    return answer(HeardAnswer(id=what.id, is_new=is_new), 201 if is_new else 200)


def _known(number: str) -> str:
    """A number that may be one. Raises NotFound."""
    if not _NUMBER.fullmatch(number):
        raise NotFound("problem.exchange.no_order")
    return number


def _position(body: OrderBody) -> Position | None:
    if (body.latitude is None) != (body.longitude is None):
        raise Invalid(
            "problem.complaint.position", field="latitude" if body.latitude is None else "longitude"
        )
    if body.latitude is None or body.longitude is None:
        return None
    return Position(body.latitude, body.longitude, body.datum)


def _due(at: datetime | None, now: datetime) -> datetime | None:
    """Raises Invalid for a moment that no order can be due at: arithmetic with it must not leave the calendar."""
    if at is not None and not now - LONGEST_PAST <= at <= now + LONGEST_AHEAD:
        raise Invalid("problem.exchange.due_at", field="due_at")
    return at
