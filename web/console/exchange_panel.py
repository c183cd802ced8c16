"""What the page of a case says of other platforms: its orders, what was told about them, the way to refer it."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from casework.complaints.lifecycle import OPEN_STATES
from casework.complaints.views import ComplaintDetail
from casework.exchange.profile import Peer
from casework.exchange.queries import OrderLine, orders_of
from casework.permissions import Operation
from web.console.door import ConsoleDoor
from web.console.exchange_screens import ExchangePanel, OrderPanel, Said
from web.console.exchange_words import peer_words
from web.console.frame import EXCHANGE
from web.console.screens import Fact
from web.console.visitor import Visitor

REFER = f"{EXCHANGE}/refer"


async def panel_of(door: ConsoleDoor, visitor: Visitor, case: ComplaintDetail) -> ExchangePanel | None:
    """What the case's page says of other platforms; None where there is nothing to say."""
    if not visitor.may(Operation.SEE_EXCHANGE):
        return None
    orders = await orders_of(case.view.id)
    peers = takers(door, orders) if visitor.may(Operation.REFER_OUT) else ()
    may_refer = bool(peers) and case.view.state in OPEN_STATES
    if not orders and not may_refer:
        return None
    now = door.clock.now()
    return ExchangePanel(
        orders=tuple(_panel(door, order, now) for order in orders),
        messages=f"{EXCHANGE}?{urlencode({'case': case.view.reference})}" if orders else "",
        refer=f"{REFER}/{case.view.reference}" if may_refer else "",
    )


def takers(door: ConsoleDoor, orders: tuple[OrderLine, ...]) -> tuple[Peer, ...]:
    """The platforms that the case can be referred to: not those that have it already."""
    have = {order.peer for order in orders}
    return tuple(
        peer
        for peer in door.exchange.peers
        if peer.callback is not None and peer.refer_to and peer.code not in have
    )


def _panel(door: ConsoleDoor, order: OrderLine, now: datetime) -> OrderPanel:
    text, words = door.words.text, door.words
    facts = [("number", order.number or text("exchange.panel.no_number"))]
    if order.due_at is not None:
        facts.append(("due", words.end(order.due_at, now)))
    if order.their_category:
        facts.append(("category", order.their_category))
    if order.their_status:
        facts.append(("status", order.their_status))
    if order.reason:
        facts.append(("reason", order.reason))
    facts.append(("since", words.moment(order.created_at, now)))
    return OrderPanel(
        title=text(f"exchange.panel.direction.{order.direction}", peer=peer_words(door, order.peer)),
        facts=tuple(Fact(name=text(f"exchange.panel.fact.{name}"), words=said) for name, said in facts),
        said=tuple(
            Said(
                at=words.moment(step.at, now),
                what=text(f"exchange.panel.said.{step.kind}", status=step.status),
                words=step.text,
            )
            for step in order.steps
        ),
    )
