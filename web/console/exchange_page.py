"""What was told to other platforms, whether it arrived, and why not."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.exchange.mending import retry_all
from casework.exchange.planning import STATES
from casework.exchange.queries import MessageLine as Told
from casework.exchange.queries import Sought, Waiting, messages, what_waits
from casework.permissions import Operation
from kit.problems import Invalid
from web.console.addresses import case_address
from web.console.door import ConsoleDoor
from web.console.exchange_screens import ExchangePage, FailedLine, MessageLine
from web.console.exchange_words import kind_words, peer_words, reason_words, state_chip
from web.console.frame import EXCHANGE, frame_for, shown
from web.console.screens import Link, Note, Option
from web.console.submission import value_of
from web.console.visitor import Visitor

ROWS = 50
CODE_AT_MOST = 40


async def show_exchange(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/exchange."""
    text, status = door.words.text, 200
    notes: list[Note] = []
    state, peer, case = (_given(request, name) for name in ("state", "peer", "case"))
    if state and state not in STATES:
        state, status = "", 400
        notes.append(Note(words=text("console.queue.bad_filter"), tone="soon"))
    retried = str(request.args.get("retried", ""))
    if retried.isascii() and retried.isdigit():
        notes.append(Note(words=text("exchange.page.retried", count=retried[:6])))
    after = str(request.args.get("after", ""))
    sought = Sought(state=state, peer=peer, reference=case)
    try:
        found = await messages(sought, after or None, ROWS)
    except Invalid as problem:
        after, status = "", 400
        notes.append(Note(words=text(problem.key, **problem.params), tone="soon"))
        found = await messages(sought, None, ROWS)
    waits, now = await what_waits(), door.clock.now()
    page = ExchangePage(
        notes=tuple(notes),
        facts=_facts(door, waits, now),
        tabs=tuple(
            Link(
                href=_address(state=one, peer=peer, case=case),
                words=state_chip(door, one).words if one else text("console.deliveries.tab.all"),
                here=one == state,
            )
            for one in ("", *STATES)
        ),
        state=state,
        peer=peer,
        case=case,
        peers=_peers(door, peer),
        failed=_failed(door, waits) if visitor.may(Operation.MEND_EXCHANGE) else (),
        rows=tuple(_line(door, row, now) for row in found.rows),
        more=_address(state=state, peer=peer, case=case, after=found.after or "") if found.after else "",
        first=_address(state=state, peer=peer, case=case) if after else "",
    )
    return shown(door, "exchange.html", await frame_for(door, visitor, EXCHANGE), page, status)


async def retry_messages(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/exchange/retry: all that failed to reach one platform, now that it is back."""
    peer = value_of(request, "peer")[:CODE_AT_MOST]
    done = await retry_all(door.db, visitor.actor, peer) if peer else 0
    return redirect(_address(retried=str(done)), status=303)


def _given(request: Request, name: str) -> str:
    return str(request.args.get(name, ""))[:CODE_AT_MOST]


def _address(**fields: str) -> str:
    query = urlencode({name: value for name, value in fields.items() if value})
    return EXCHANGE + (f"?{query}" if query else "")


def _peers(door: ConsoleDoor, chosen: str) -> tuple[Option, ...]:
    codes = [peer.code for peer in door.exchange.peers]
    return tuple(
        Option(value=code, words=peer_words(door, code))
        for code in (*codes, *([chosen] if chosen and chosen not in codes else ()))
    )


def _failed(door: ConsoleDoor, waits: Waiting) -> tuple[FailedLine, ...]:
    return tuple(
        FailedLine(
            code=code,
            words=door.words.text("exchange.page.retry_all", peer=peer_words(door, code), count=count),
        )
        for code, count in sorted(waits.failed.items())
    )


def _facts(door: ConsoleDoor, waits: Waiting, now: datetime) -> tuple[str, ...]:
    text = door.words.text
    facts = [
        text("exchange.page.none_waits")
        if waits.oldest_at is None
        else text("exchange.page.oldest", span=door.words.span(now - waits.oldest_at)),
        text("exchange.page.waiting", count=waits.waiting),
    ]
    failed = sum(waits.failed.values())
    if failed:
        facts.append(text("exchange.page.failed", count=failed))
    if not door.exchange.peers:
        facts.append(text("exchange.page.no_peers"))
    return tuple(facts)


def _line(door: ConsoleDoor, row: Told, now: datetime) -> MessageLine:
    return MessageLine(
        href=f"{EXCHANGE}/{row.id}",
        state=state_chip(door, row.state),
        what=kind_words(door, row.kind),
        why=reason_words(door, row.reason, row.last_status),
        peer=peer_words(door, row.peer),
        tries=door.words.text("console.deliveries.tries", count=row.attempts) if row.attempts else "—",
        reference=row.reference,
        at=door.words.moment(row.updated_at, now),
    )


def case_link(reference: str) -> str:
    """The page of a case, "" where there is none."""
    return case_address(reference) if reference else ""
