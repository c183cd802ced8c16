"""One message to another platform: what it tells, what was tried, and what may be done about it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.exchange.mending import REASON_AT_MOST, may_be_mended, replay, retry
from casework.exchange.planning import ORDER
from casework.exchange.queries import MessageLine, message, replays_of
from casework.notifications.trail import Step, read
from casework.permissions import Operation
from kit.problems import Conflict, Invalid, NotFound, Problem
from web.console.door import ConsoleDoor
from web.console.exchange_page import case_link
from web.console.exchange_screens import MessagePage, TryLine
from web.console.exchange_words import kind_words, peer_words, reason_words, state_chip
from web.console.frame import EXCHANGE, frame_for, shown
from web.console.screens import Ask, Fact, Link, Note
from web.console.submission import value_of
from web.console.visitor import Visitor

DONE = frozenset({"retry", "replay"})


async def show_message(
    request: Request, door: ConsoleDoor, visitor: Visitor, message_id: str
) -> HTTPResponse:
    """GET /console/exchange/{id}."""
    row = await _find(message_id)
    done = request.args.get("done", "")
    notes = (Note(words=door.words.text(f"exchange.message.done.{done}")),) if done in DONE else ()
    return await _render(door, visitor, row, notes)


async def retry_message(
    request: Request, door: ConsoleDoor, visitor: Visitor, message_id: str
) -> HTTPResponse:
    """POST /console/exchange/{id}/retry."""
    row = await _find(message_id)
    try:
        await retry(door.db, visitor.actor, row.id)
    except Conflict as problem:
        return await _refused(door, visitor, row, problem)
    return redirect(f"{EXCHANGE}/{row.id}?done=retry", status=303)


async def replay_message(
    request: Request, door: ConsoleDoor, visitor: Visitor, message_id: str
) -> HTTPResponse:
    """POST /console/exchange/{id}/replay: a new message, whose page is shown."""
    row = await _find(message_id)
    why = value_of(request, "why")[: 2 * REASON_AT_MOST]
    try:
        again = await replay(door.db, visitor.actor, row.id, why)
    except Invalid as problem:
        wrong = door.words.text(problem.key, **problem.params)
        return await _render(door, visitor, row, (), typed=why, wrong=wrong, status=422)
    except Conflict as problem:
        return await _refused(door, visitor, row, problem)
    return redirect(f"{EXCHANGE}/{again}?done=replay", status=303)


async def _refused(door: ConsoleDoor, visitor: Visitor, row: MessageLine, problem: Problem) -> HTTPResponse:
    note = Note(words=door.words.text(problem.key, **problem.params), tone="late")
    return await _render(door, visitor, await _find(str(row.id)), (note,), status=problem.status)


async def _find(message_id: str) -> MessageLine:
    try:
        row = await message(UUID(message_id))
    except ValueError:
        row = None
    if row is None:
        raise NotFound()
    return row


async def _render(
    door: ConsoleDoor,
    visitor: Visitor,
    row: MessageLine,
    notes: tuple[Note, ...],
    *,
    typed: str = "",
    wrong: str = "",
    status: int = 200,
) -> HTTPResponse:
    text, now = door.words.text, door.clock.now()
    mends = may_be_mended(row.state) if visitor.may(Operation.MEND_EXCHANGE) else ()
    again = await replays_of(row.id)
    page = MessagePage(
        notes=notes,
        title=text(
            "exchange.message.title", what=kind_words(door, row.kind), peer=peer_words(door, row.peer)
        ),
        state=state_chip(door, row.state),
        why=reason_words(door, row.reason, row.last_status),
        facts=_facts(door, row, now),
        tries=tuple(_try(door, step, now) for step in read(row.trail)),
        body=msgspec.json.format(msgspec.json.encode(row.content), indent=2).decode(),
        hint=text("exchange.message.order_note") if row.kind == ORDER else "",
        reference=row.reference,
        case=case_link(row.reference),
        retry=f"{EXCHANGE}/{row.id}/retry" if "retry" in mends else "",
        replay=f"{EXCHANGE}/{row.id}/replay" if "replay" in mends else "",
        ask=Ask(
            name="why",
            kind="short",
            label=text("console_notices.delivery.why"),
            help=text("exchange.message.why_help"),
            at_most=REASON_AT_MOST,
            typed=typed,
            wrong=wrong,
        ),
        links=_links(door, row, again, now),
    )
    return shown(door, "exchange_message.html", await frame_for(door, visitor, EXCHANGE), page, status)


def _links(
    door: ConsoleDoor, row: MessageLine, again: tuple[MessageLine, ...], now: datetime
) -> tuple[Link, ...]:
    text = door.words.text
    links = [
        Link(
            href=f"{EXCHANGE}/{one.id}",
            words=text("console_notices.delivery.again", at=door.words.moment(one.created_at, now)),
        )
        for one in again
    ]
    if row.replay_of is not None:
        first = text("console_notices.delivery.first")
        links.append(Link(href=f"{EXCHANGE}/{row.replay_of}", words=first))
    return tuple(links)


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


def _try(door: ConsoleDoor, step: Step, now: datetime) -> TryLine:
    status = int(step.way) if step.way.isascii() and step.way.isdigit() else None
    return TryLine(
        at=door.words.moment(step.at, now),
        outcome=door.words.text(f"exchange.outcome.{step.outcome}"),
        why=reason_words(door, step.reason, status),
    )
