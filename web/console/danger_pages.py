"""Danger alerts: the list, taking one, saying how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.dangers import actions, queries
from casework.dangers.lifecycle import DANGER_ALERT, State
from casework.dangers.views import AlertView
from kit.problems import Invalid, NotFound, Problem
from web.console.desk_screens import AlertLine, AlertsPage
from web.console.door import ConsoleDoor
from web.console.frame import DANGERS, frame_for, shown
from web.console.screens import Chip, Note, Tone
from web.console.submission import value_of
from web.console.visitor import Visitor

ROWS = 30
NOTHING: Mapping[UUID, str] = {}
TONES: dict[State, Tone] = {State.RAISED: "late", State.ACKNOWLEDGED: "soon", State.ENDED: "good"}


async def show_dangers(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/dangers."""
    done = request.args.get("done", "")
    notes: tuple[Note, ...] = ()
    if done in ("taken", "finished"):
        notes = (Note(words=door.words.text(f"console.dangers.{done}")),)
    return await _render(door, visitor, request.args.get("after", ""), notes)


async def take_danger(request: Request, door: ConsoleDoor, visitor: Visitor, alert_id: str) -> HTTPResponse:
    """POST /console/dangers/{id}/take: from now on somebody is at it."""
    return await _act(door, visitor, alert_id, "taken", None)


async def end_danger(request: Request, door: ConsoleDoor, visitor: Visitor, alert_id: str) -> HTTPResponse:
    """POST /console/dangers/{id}/end: it is over, and how."""
    return await _act(door, visitor, alert_id, "finished", value_of(request, "outcome").strip())


async def _act(
    door: ConsoleDoor, visitor: Visitor, alert_id: str, done: str, outcome: str | None
) -> HTTPResponse:
    try:
        id = UUID(alert_id)
    except ValueError:
        raise NotFound() from None
    try:
        if outcome is None:
            await actions.acknowledge(door.db, visitor.actor, id)
        elif not outcome:
            raise Invalid("problem.console.outcome_blank", field="outcome")
        else:
            await actions.end(door.db, visitor.actor, id, outcome=outcome)
    except Problem as problem:
        if problem.status == 404:
            raise
        note = Note(words=door.words.text(problem.key, **problem.params), tone="late")
        return await _render(door, visitor, "", (note,), problem.status, typed={id: outcome or ""})
    return redirect(f"{DANGERS}?done={done}#alert-{id}", status=303)


async def _render(
    door: ConsoleDoor,
    visitor: Visitor,
    after: str,
    notes: tuple[Note, ...],
    status: int = 200,
    typed: Mapping[UUID, str] = NOTHING,
) -> HTTPResponse:
    try:
        found = await queries.alerts(after=after or None, limit=ROWS)
    except Invalid as problem:
        after, status = "", 400
        notes = (*notes, Note(words=door.words.text(problem.key, **problem.params), tone="soon"))
        found = await queries.alerts(limit=ROWS)
    now = door.clock.now()
    page = AlertsPage(
        rows=tuple(
            _line(door, visitor, row, now, typed.get(row.id, "")) for row in found.rows if not row.joined
        ),
        more=f"{DANGERS}?after={found.after}" if found.after else "",
        first=DANGERS if after else "",
        notes=notes,
    )
    return shown(door, "dangers.html", await frame_for(door, visitor, DANGERS), page, status)


def _line(door: ConsoleDoor, visitor: Visitor, row: AlertView, now: datetime, typed: str) -> AlertLine:
    text = door.words.text
    is_waiting = row.state is State.RAISED
    waited_minutes = (now - row.raised_at) // timedelta(minutes=1)
    moves = {move.name for move in DANGER_ALERT.allowed(row.state, visitor.actor.roles)}
    return AlertLine(
        id=str(row.id),
        state=Chip(words=text(f"console.dangers.state.{row.state.value}"), tone=TONES[row.state]),
        words=row.words,
        matched=row.matched,
        where=row.place_text,
        phone=text(f"danger_alert.card.{'phone_left' if row.has_phone else 'no_phone'}"),
        since=door.words.moment(row.raised_at, now),
        waiting=text("danger_alert.card.waiting_minutes", minutes=max(0, waited_minutes))
        if is_waiting
        else "",
        pages=text("console.dangers.page_count", count=row.pages),
        by=row.acknowledged_by_name,
        outcome=row.outcome,
        case=row.reference,
        take=f"{DANGERS}/{row.id}/take" if "acknowledge" in moves else "",
        finish=f"{DANGERS}/{row.id}/end" if "end" in moves else "",
        typed=typed,
    )
