"""One message: what it says, what was tried, and what may be done about it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.notifications.queries import DeliveryLine, delivery, replays_of
from casework.notifications.replay import REASON_AT_MOST, may_be_mended, replay, retry
from casework.notifications.trail import Step, read
from casework.people.staff import list_staff
from casework.permissions import Operation
from kit.problems import Conflict, Invalid, NotFound, Problem
from web.console.delivery_words import rule_words, whom
from web.console.door import ConsoleDoor
from web.console.frame import DELIVERIES, frame_for, shown
from web.console.notice_pages import address_of
from web.console.notice_screens import DeliveryPage, StepLine
from web.console.screens import Ask, Fact, Link, Note
from web.console.submission import value_of
from web.console.visitor import Visitor

DONE = frozenset({"retry", "replay"})


async def show_delivery(
    request: Request, door: ConsoleDoor, visitor: Visitor, delivery_id: str
) -> HTTPResponse:
    """GET /console/deliveries/{id}."""
    row = await _find(delivery_id)
    done = request.args.get("done", "")
    notes = (Note(words=door.words.text(f"console_notices.delivery.done.{done}")),) if done in DONE else ()
    return await _render(door, visitor, row, notes)


async def retry_delivery(
    request: Request, door: ConsoleDoor, visitor: Visitor, delivery_id: str
) -> HTTPResponse:
    """POST /console/deliveries/{id}/retry."""
    row = await _find(delivery_id)
    try:
        await retry(door.db, visitor.actor, row.id)
    except Conflict as problem:
        return await _refused(door, visitor, row, problem)
    return redirect(f"{DELIVERIES}/{row.id}?done=retry", status=303)


async def replay_delivery(
    request: Request, door: ConsoleDoor, visitor: Visitor, delivery_id: str
) -> HTTPResponse:
    """POST /console/deliveries/{id}/replay: a new message, whose page is shown."""
    row = await _find(delivery_id)
    why = value_of(request, "why")[: 2 * REASON_AT_MOST]
    try:
        again = await replay(door.db, visitor.actor, row.id, why)
    except Invalid as problem:
        wrong = door.words.text(problem.key, **problem.params)
        return await _render(door, visitor, row, (), typed=why, wrong=wrong, status=422)
    except Conflict as problem:
        return await _refused(door, visitor, row, problem)
    return redirect(f"{DELIVERIES}/{again}?done=replay", status=303)


async def _refused(door: ConsoleDoor, visitor: Visitor, row: DeliveryLine, problem: Problem) -> HTTPResponse:
    note = Note(words=door.words.text(problem.key, **problem.params), tone="late")
    return await _render(door, visitor, await _find(str(row.id)), (note,), status=problem.status)


async def _find(delivery_id: str) -> DeliveryLine:
    try:
        row = await delivery(UUID(delivery_id))
    except ValueError:
        row = None
    if row is None:
        raise NotFound()
    return row


async def _render(
    door: ConsoleDoor,
    visitor: Visitor,
    row: DeliveryLine,
    notes: tuple[Note, ...],
    *,
    typed: str = "",
    wrong: str = "",
    status: int = 200,
) -> HTTPResponse:
    text, now = door.words.text, door.clock.now()
    names = {person.id: person.name for person in await list_staff(door.db)}
    offered = may_be_mended(row.state, row.channel, row.reason_key.rpartition(".")[2])
    mends = offered if visitor.may(Operation.MEND_DELIVERIES) else ()
    reference = row.params.get("reference", "")
    again = await replays_of(row.id)
    page = DeliveryPage(
        notes=notes,
        title=text(f"{row.template}.title"),
        words=text(f"{row.template}.text", **row.params),
        state=door.words.delivery_state(row.state),
        why=text(row.reason_key) if row.reason_key else door.words.receipt(row.receipt),
        facts=_facts(door, row, whom(door, row, names), now),
        steps=tuple(_step(door, step, now) for step in read(row.trail)),
        reference=reference,
        case=address_of(reference),
        retry=f"{DELIVERIES}/{row.id}/retry" if "retry" in mends else "",
        replay=f"{DELIVERIES}/{row.id}/replay" if "replay" in mends and not again else "",
        ask=Ask(
            name="why",
            kind="short",
            label=text("console_notices.delivery.why"),
            help=text("console_notices.delivery.why_help"),
            at_most=REASON_AT_MOST,
            typed=typed,
            wrong=wrong,
        ),
        links=_links(door, row, again, now),
    )
    return shown(door, "delivery.html", await frame_for(door, visitor, DELIVERIES), page, status)


def _links(
    door: ConsoleDoor, row: DeliveryLine, again: tuple[DeliveryLine, ...], now: datetime
) -> tuple[Link, ...]:
    text = door.words.text
    links = [
        Link(
            href=f"{DELIVERIES}/{one.id}",
            words=text("console_notices.delivery.again", at=door.words.moment(one.created_at, now)),
        )
        for one in again
    ]
    if row.replay_of is not None:
        first = text("console_notices.delivery.first")
        links.append(Link(href=f"{DELIVERIES}/{row.replay_of}", words=first))
    if row.digest_id is not None:
        bundle = text("console_notices.delivery.bundle")
        links.append(Link(href=f"{DELIVERIES}/{row.digest_id}", words=bundle))
    return tuple(links)


def _facts(door: ConsoleDoor, row: DeliveryLine, recipient: str, now: datetime) -> tuple[Fact, ...]:
    text = door.words.text
    moments = {
        "planned": row.created_at,
        "next": row.next_at if row.state in ("queued", "bundled") else None,
        "expires": row.expires_at if row.state == "queued" else None,
        "settled": row.settled_at,
        "read": row.read_at,
        "receipt": row.receipt_at,
    }
    facts = [("whom", recipient), ("rule", rule_words(door, row.rule))]
    if row.channel:
        facts.append(("way", way_words(door, row.channel)))
    if row.attempts:
        facts.append(("tries", text("console.deliveries.tries", count=row.attempts)))
    if row.repeats:
        facts.append(("repeats", text("console.deliveries.tries", count=row.repeats)))
    facts += [(name, door.words.moment(at, now)) for name, at in moments.items() if at is not None]
    return tuple(
        Fact(name=text(f"console_notices.delivery.fact.{name}"), words=words) for name, words in facts
    )


def _step(door: ConsoleDoor, step: Step, now: datetime) -> StepLine:
    text = door.words.text
    key = step.reason if "." in step.reason else f"delivery.reason.{step.reason}"
    return StepLine(
        at=door.words.moment(step.at, now),
        way=way_words(door, step.way) if step.way else "",
        outcome=text(f"console_notices.delivery.outcome.{step.outcome}"),
        why=text(key) if step.reason and door.words.catalogue.has(key) else "",
    )


def way_words(door: ConsoleDoor, way: str) -> str:
    """A way out of the house in words; one nobody knows by its code."""
    key = f"console_notices.way.{way}"
    return door.words.text(key) if door.words.catalogue.has(key) else way
