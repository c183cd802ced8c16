"""One message: what it says, what was tried, and what may be done about it."""

from __future__ import annotations

from datetime import datetime

from sanic import HTTPResponse, Request

from casework.notifications.queries import DeliveryLine, delivery, replays_of
from casework.notifications.replay import REASON_AT_MOST, may_be_mended, replay, retry
from casework.notifications.trail import Step, read
from casework.people.staff import list_staff
from casework.permissions import Operation
from web.console.delivery_words import rule_words, whom
from web.console.door import ConsoleDoor
from web.console.frame import DELIVERIES, frame_for, shown
from web.console.notice_pages import address_of
from web.console.notice_screens import DeliveryPage
from web.console.screens import Fact, Link, StepLine
from web.console.sent_again import MessagePages, Said
from web.console.visitor import Visitor


async def show_delivery(
    request: Request, door: ConsoleDoor, visitor: Visitor, delivery_id: str
) -> HTTPResponse:
    """GET /console/deliveries/{id}."""
    return await _PAGES.show(request, door, visitor, delivery_id)


async def retry_delivery(
    request: Request, door: ConsoleDoor, visitor: Visitor, delivery_id: str
) -> HTTPResponse:
    """POST /console/deliveries/{id}/retry."""
    return await _PAGES.try_again(door, visitor, delivery_id)


async def replay_delivery(
    request: Request, door: ConsoleDoor, visitor: Visitor, delivery_id: str
) -> HTTPResponse:
    """POST /console/deliveries/{id}/replay: a new message, whose page is shown."""
    return await _PAGES.send_again(request, door, visitor, delivery_id)


async def _render(door: ConsoleDoor, visitor: Visitor, row: DeliveryLine, said: Said) -> HTTPResponse:
    text, now = door.words.text, door.clock.now()
    names = {person.id: person.name for person in await list_staff(door.db)}
    offered = may_be_mended(row.state, row.channel, row.reason_key.rpartition(".")[2])
    mends = offered if visitor.may(Operation.MEND_DELIVERIES) else ()
    reference = row.params.get("reference", "")
    again = await replays_of(row.id)
    page = DeliveryPage(
        notes=said.notes,
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
        ask=_PAGES.ask(door, said),
        links=_links(door, row, again, now),
    )
    return shown(door, "delivery.html", await frame_for(door, visitor, DELIVERIES), page, said.status)


def _links(
    door: ConsoleDoor, row: DeliveryLine, again: tuple[DeliveryLine, ...], now: datetime
) -> tuple[Link, ...]:
    links = _PAGES.links(door, row, again, now)
    if row.digest_id is None:
        return links
    bundle = door.words.text("console_notices.delivery.bundle")
    return (*links, Link(href=f"{DELIVERIES}/{row.digest_id}", words=bundle))


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


_PAGES = MessagePages(
    at=DELIVERIES,
    words="console_notices.delivery",
    reason_at_most=REASON_AT_MOST,
    find=delivery,
    retry=retry,
    replay=replay,
    render=_render,
)
