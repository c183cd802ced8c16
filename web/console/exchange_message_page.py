"""One message to another platform: what it tells, what was tried, and what may be done about it."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sanic import HTTPResponse, Request

from casework.exchange.mending import REASON_AT_MOST, may_be_mended, replay, retry
from casework.exchange.planning import ORDER
from casework.exchange.queries import MessageLine, message, replays_of
from casework.notifications.trail import Step, read
from casework.permissions import Operation
from web.console.door import ConsoleDoor
from web.console.exchange_page import case_link
from web.console.exchange_screens import MessagePage
from web.console.exchange_words import kind_words, peer_words, reason_words, state_chip
from web.console.frame import EXCHANGE, frame_for, shown
from web.console.screens import Fact, StepLine
from web.console.sent_again import MessagePages, Said
from web.console.visitor import Visitor


async def show_message(
    request: Request, door: ConsoleDoor, visitor: Visitor, message_id: str
) -> HTTPResponse:
    """GET /console/exchange/{id}."""
    return await _PAGES.show(request, door, visitor, message_id)


async def retry_message(
    request: Request, door: ConsoleDoor, visitor: Visitor, message_id: str
) -> HTTPResponse:
    """POST /console/exchange/{id}/retry."""
    return await _PAGES.try_again(door, visitor, message_id)


async def replay_message(
    request: Request, door: ConsoleDoor, visitor: Visitor, message_id: str
) -> HTTPResponse:
    """POST /console/exchange/{id}/replay: a new message, whose page is shown."""
    return await _PAGES.send_again(request, door, visitor, message_id)


async def _render(door: ConsoleDoor, visitor: Visitor, row: MessageLine, said: Said) -> HTTPResponse:
    text, now = door.words.text, door.clock.now()
    mends = may_be_mended(row.state) if visitor.may(Operation.MEND_EXCHANGE) else ()
    again = await replays_of(row.id)
    page = MessagePage(
        notes=said.notes,
        title=text(
            "exchange.message.title", what=kind_words(door, row.kind), peer=peer_words(door, row.peer)
        ),
        state=state_chip(door, row.state),
        why=reason_words(door, row.reason, row.last_status),
        facts=_facts(door, row, now),
        steps=tuple(_try(door, step, now) for step in read(row.trail)),
        body=msgspec.json.format(msgspec.json.encode(row.content), indent=2).decode(),
        hint=text("exchange.message.order_note") if row.kind == ORDER else "",
        reference=row.reference,
        case=case_link(row.reference),
        retry=f"{EXCHANGE}/{row.id}/retry" if "retry" in mends else "",
        replay=f"{EXCHANGE}/{row.id}/replay" if "replay" in mends else "",
        ask=_PAGES.ask(door, said),
        links=_PAGES.links(door, row, again, now),
    )
    return shown(door, "exchange_message.html", await frame_for(door, visitor, EXCHANGE), page, said.status)


def _facts(door: ConsoleDoor, row: MessageLine, now: datetime) -> tuple[Fact, ...]:
    text, words = door.words.text, door.words
    facts = [("peer", peer_words(door, row.peer)), ("id", str(row.id))]
    if row.attempts:
        facts.append(("tries", text("console.deliveries.tries", count=row.attempts)))
    facts.append(("planned", words.moment(row.created_at, now)))
    if row.state == "queued":
        facts.append(("next", words.moment(row.next_at, now)))
    if row.settled_at is not None:
        facts.append(("settled", words.moment(row.settled_at, now)))
    return tuple(Fact(name=text(f"exchange.message.fact.{name}"), words=said) for name, said in facts)


def _try(door: ConsoleDoor, step: Step, now: datetime) -> StepLine:
    status = int(step.way) if step.way.isascii() and step.way.isdigit() else None
    return StepLine(
        at=door.words.moment(step.at, now),
        outcome=door.words.text(f"exchange.outcome.{step.outcome}"),
        why=reason_words(door, step.reason, status),
    )


_PAGES = MessagePages(
    at=EXCHANGE,
    words="exchange.message",
    reason_at_most=REASON_AT_MOST,
    find=message,
    retry=retry,
    replay=replay,
    render=_render,
)
