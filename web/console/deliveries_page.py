"""What was sent to whom, whether it arrived, and why not."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from sanic import HTTPResponse, Request

from casework.notifications.queries import DeliveryLine as Delivered
from casework.notifications.queries import Sought, deliveries
from casework.people.staff import list_staff
from kit.problems import Invalid
from web.console.door import ConsoleDoor
from web.console.frame import DELIVERIES, frame_for, shown
from web.console.screens import DeliveriesPage, DeliveryLine, Link, Note
from web.console.visitor import Visitor

STATES = ("queued", "sending", "sent", "uncertain", "failed", "expired")
ROWS = 50
TAIL = 4


async def show_deliveries(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/deliveries, for those who see every case; others find a case's messages with the case."""
    state, after = request.args.get("state", ""), request.args.get("after", "")
    wrong, status = None, 200
    if state and state not in STATES:
        state, wrong, status = "", Note(words=door.words.text("console.queue.bad_filter"), tone="soon"), 400
    states = (state,) if state else ()
    try:
        found = await deliveries(Sought(states=states), after=after or None, limit=ROWS)
    except Invalid as problem:
        after, status = "", 400
        wrong = Note(words=door.words.text(problem.key, **problem.params), tone="soon")
        found = await deliveries(Sought(states=states), limit=ROWS)
    names = {person.id: person.name for person in await list_staff(door.db)}
    now = door.clock.now()
    page = DeliveriesPage(
        tabs=tuple(
            Link(
                href=_address(one),
                words=door.words.delivery_state(one).words
                if one
                else door.words.text("console.deliveries.tab.all"),
                here=one == state,
            )
            for one in ("", *STATES)
        ),
        rows=tuple(_line(door, row, names, now) for row in found.rows),
        more=_address(state, found.after) if found.after else "",
        first=_address(state) if after else "",
        wrong=wrong,
    )
    return shown(door, "deliveries.html", await frame_for(door, visitor, DELIVERIES), page, status)


def _line(door: ConsoleDoor, row: Delivered, names: dict[UUID, str], now: datetime) -> DeliveryLine:
    text = door.words.text
    if row.recipient_kind == "staff":
        whom = names.get(row.recipient_id, text("console.deliveries.nobody"))
    else:
        whom = text("console.deliveries.citizen", tail=row.recipient_id.hex[-TAIL:])
    return DeliveryLine(
        state=door.words.delivery_state(row.state),
        what=text(f"{row.template}.title"),
        why=text(row.reason_key) if row.reason_key else door.words.receipt(row.receipt),
        whom=whom,
        tries=text("console.deliveries.tries", count=row.attempts) if row.attempts else "—",
        reference=row.params.get("reference", ""),
        at=door.words.moment(row.updated_at, now),
    )


def _address(state: str, after: str = "") -> str:
    query = urlencode({name: value for name, value in (("state", state), ("after", after)) if value})
    return DELIVERIES + (f"?{query}" if query else "")
