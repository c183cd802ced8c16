"""Units of the bureau: a new one, and one that goes; never one that something hangs on."""

from __future__ import annotations

import re

from sanic import HTTPResponse, Request
from sanic.response import redirect

from kit.problems import Conflict, Invalid, NotFound
from web.console.door import ConsoleDoor
from web.console.settings_items import UNITS
from web.console.settings_pages import amend, document_now, find_item, render_item, render_tab
from web.console.settings_parts import SETTINGS, check_unused, seen_of
from web.console.settings_widgets import LONG_AT_MOST
from web.console.submission import value_of
from web.console.visitor import Visitor

_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)


async def add_unit(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/settings/units: a new unit, or the form again."""
    typed = {name: value_of(request, name)[:LONG_AT_MOST] for name in ("code", "name", "areas", "reason")}
    code = typed["code"].strip()
    areas = [line.strip() for line in typed["areas"].splitlines() if line.strip()]
    try:
        if not _CODE.fullmatch(code):
            raise Invalid("problem.settings.unit_code", field="code")
        if any(one["code"] == code for one in (await document_now(door)).get(UNITS, ())):
            raise Invalid("problem.settings.unit_taken", field="code")
        value = {"code": code, "name": typed["name"].strip(), "areas": areas}
        await amend(door, visitor, {f"{UNITS}.{code}": value}, typed["reason"])
    except (Invalid, Conflict) as problem:
        return await render_tab(request, door, visitor, "units", typed=typed, problem=problem)
    return redirect(f"{SETTINGS}?tab=units&done=added", status=303)


async def remove_unit(request: Request, door: ConsoleDoor, visitor: Visitor, path: str) -> HTTPResponse:
    """POST /console/settings/value/units.{code}/remove: only when nothing hangs on it."""
    document, item = await find_item(door, path)
    reason = value_of(request, "reason")
    try:
        if not item.unit:
            raise NotFound()
        await check_unused(door, item.unit)
        await amend(door, visitor, {path: None}, reason, seen=seen_of(request))
    except (Invalid, Conflict) as problem:
        return await render_item(
            request, door, visitor, document, item, typed={"reason": reason}, problem=problem
        )
    return redirect(f"{SETTINGS}?tab=units&done=removed", status=303)
