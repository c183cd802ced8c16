"""Whom to phone: those who applied at the window, have no account, and are reached by no text message."""

from __future__ import annotations

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.permits.calls import Call, calls, phoned
from web.console.door import ConsoleDoor
from web.console.frame import PERMITS, frame_for, shown
from web.console.permit_inputs import sent
from web.console.permit_words import CALLS, application_address, id_of, permits_of, places_of
from web.console.permit_work_screens import CallRow, CallsPage
from web.console.screens import Note
from web.console.visitor import Visitor


async def show_calls(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/permits/calls."""
    text = door.words.text
    notes = (Note(words=text("console_permits.calls.done")),) if request.args.get("done") else ()
    page = CallsPage(
        places=places_of(door, visitor, "calls"),
        rows=tuple(_row(door, one) for one in await calls(permits_of(door), visitor.actor)),
        action=CALLS,
        notes=notes,
    )
    return shown(door, "permit_calls.html", await frame_for(door, visitor, PERMITS), page)


async def take_call(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/permits/calls: one was phoned."""
    wanted = id_of(sent(request).text("call"), "problem.permit.not_found")
    await phoned(permits_of(door), visitor.actor, wanted)
    return redirect(f"{CALLS}?done=1", status=303)


def _row(door: ConsoleDoor, one: Call) -> CallRow:
    return CallRow(
        id=str(one.id),
        href=application_address(one.reference),
        reference=one.reference,
        kind=one.kind_name,
        words=door.words.text(f"{one.template}.text", **one.params),
        at=door.words.moment(one.at, door.clock.now()),
    )
