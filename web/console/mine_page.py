"""One's own page: the WeChat that pages reach, the login, the places one is logged in, who stands in for whom."""

from __future__ import annotations

import asyncio

import segno
from sanic import HTTPResponse, Request

from casework.people import staff_binding
from casework.people.deputies import arrangements
from kit.clock import local
from web.console.door import ConsoleDoor
from web.console.frame import MINE, frame_for, shown
from web.console.people_screens import MinePage
from web.console.people_words import deputy_row, factor_words, session_rows
from web.console.screens import Note
from web.console.visitor import Visitor

DRAWN_WITHIN_S = 3.0
LIFE_S = 600
DONE = frozenset({"password", "session_ended", "deputy_ended"})


async def show_mine(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/me."""
    done = request.args.get("done", "")
    notes = (Note(words=door.words.text(f"console_people.mine.done.{done}")),) if done in DONE else ()
    return await _render(door, visitor, notes=notes)


async def new_binding(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/me/wechat: a code that binds whoever scans it, or sends it to the account."""
    made = await staff_binding.new_code(door.db, door.keys, visitor.actor, visitor.staff.id)
    drawing = await _drawing(door, made.code)
    until = door.words.moment(made.expires_at, door.clock.now())
    return await _render(door, visitor, code=made.code, until=until, drawing=drawing)


async def end_binding(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/me/wechat/unbind."""
    await staff_binding.unbind(door.db, visitor.actor, visitor.staff.id)
    return await _render(door, visitor, notes=(Note(words=door.words.text("console.mine.unbound_now")),))


async def _drawing(door: ConsoleDoor, code: str) -> str:
    """The platform's code for the scene; "" when the platform cannot be asked: the words are enough."""
    try:
        async with asyncio.timeout(DRAWN_WITHIN_S):
            address = await door.scene_address(code, LIFE_S)
    except TimeoutError:
        return ""
    return segno.make(address, error="m").svg_data_uri(scale=6, border=2) if address else ""


async def _render(
    door: ConsoleDoor,
    visitor: Visitor,
    *,
    code: str = "",
    until: str = "",
    drawing: str = "",
    notes: tuple[Note, ...] = (),
) -> HTTPResponse:
    since = await staff_binding.bound_since(visitor.staff.id)
    today = local(door.clock.now()).date()
    page = MinePage(
        bound=since is not None,
        bound_since=door.words.moment(since, door.clock.now()) if since is not None else "",
        code=code,
        code_until=until,
        drawing=drawing,
        notes=notes,
        factor=factor_words(door, visitor.staff),
        sessions=await session_rows(door, visitor.staff.id, here=visitor.session.id),
        deputies=tuple(
            deputy_row(door, one, today, end=f"/console/deputies/{one.id}/end-own")
            for one in await arrangements(today, staff_id=visitor.staff.id)
        ),
    )
    return shown(door, "mine.html", await frame_for(door, visitor, MINE), page)
