"""One's own WeChat: binding it, so that pages reach the pocket of whoever is on duty."""

from __future__ import annotations

import asyncio

import segno
from sanic import HTTPResponse, Request

from casework.people import staff_binding
from web.console.desk_screens import MinePage
from web.console.door import ConsoleDoor
from web.console.frame import MINE, frame_for, shown
from web.console.screens import Note
from web.console.visitor import Visitor

DRAWN_WITHIN_S = 3.0
LIFE_S = 600


async def show_mine(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/me."""
    return await _render(door, visitor)


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
    page = MinePage(
        bound=since is not None,
        bound_since=door.words.moment(since, door.clock.now()) if since is not None else "",
        code=code,
        code_until=until,
        drawing=drawing,
        notes=notes,
    )
    return shown(door, "mine.html", await frame_for(door, visitor, MINE), page)
