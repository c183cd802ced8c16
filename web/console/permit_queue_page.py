"""The list of applications, by what is to be done with them."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from sanic import HTTPResponse, Request

from casework.permits.queries import counts, queue
from casework.roles import Role
from kit.problems import Invalid
from web.console.door import ConsoleDoor
from web.console.frame import PERMITS, frame_for, shown
from web.console.permit_screens import PermitsPage
from web.console.permit_words import permits_of, places_of, row_of
from web.console.screens import Link, Note
from web.console.visitor import Visitor

ROWS = 30
TABS = ("mine", "new", "survey", "decide", "co_sign", "waiting", "to_deliver", "near", "paused", "over")
FIRST: Mapping[Role, tuple[str, ...]] = {
    Role.HEAD: ("near", "decide", "new"),
    Role.APPROVER: ("decide", "survey", "new", "to_deliver"),
    Role.WINDOW_CLERK: ("new", "to_deliver", "waiting"),
    Role.DISPATCHER: ("survey", "new"),
    Role.SURVEY_OFFICER: ("survey",),
    Role.CO_SIGNER: ("co_sign",),
}
"""The tabs somebody begins with, by role: the first in which something waits."""


async def show_permits(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/permits."""
    desk, text = permits_of(door), door.words.text
    waiting = await counts(desk, visitor.actor)
    tab = str(request.args.get("tab", ""))
    tab = tab if tab in TABS else _first(visitor, waiting)
    kind, after = str(request.args.get("kind", "")), str(request.args.get("after", ""))
    kind = kind if desk.section.kind(kind) is not None else ""
    notes: tuple[Note, ...] = ()
    try:
        found = await queue(desk, visitor.actor, tab, kind=kind or None, after=after or None, limit=ROWS)
    except Invalid as problem:
        # A place in the list that somebody cut off: from the beginning, and say so.
        notes, after = (Note(words=text(problem.key, **problem.params), tone="soon"),), ""
        found = await queue(desk, visitor.actor, tab, kind=kind or None, limit=ROWS)
    now = door.clock.now()
    page = PermitsPage(
        places=places_of(door, visitor, "applications"),
        tabs=tuple(
            Link(
                href=_address(one, kind),
                words=text(f"console_permits.tab.{one}") + (f" {waiting[one]}" if waiting.get(one) else ""),
                here=one == tab,
            )
            for one in TABS
        ),
        kinds=(
            Link(href=_address(tab, ""), words=text("console_permits.every_kind"), here=not kind),
            *(
                Link(href=_address(tab, one.code), words=one.name, here=one.code == kind)
                for one in desk.section.kinds
            ),
        ),
        rows=tuple(row_of(door, one, now) for one in found.rows),
        nothing=text(f"console_permits.nothing.{tab}"),
        note=text("console_permits.note_over" if tab in ("over", "paused") else "console_permits.note"),
        more=_address(tab, kind, found.after) if found.after else "",
        first=_address(tab, kind) if after else "",
        notes=notes,
    )
    return shown(door, "permits.html", await frame_for(door, visitor, PERMITS), page)


def _first(visitor: Visitor, waiting: Mapping[str, int]) -> str:
    wanted = [tab for role, tabs in FIRST.items() if role in visitor.staff.roles for tab in tabs]
    if waiting.get("mine") and Role.HEAD not in visitor.staff.roles:
        wanted.insert(0, "mine")
    return next((tab for tab in wanted if waiting.get(tab)), wanted[0] if wanted else "new")


def _address(tab: str, kind: str, after: str = "") -> str:
    query = {name: value for name, value in (("tab", tab), ("kind", kind), ("after", after)) if value}
    return f"{PERMITS}?{urlencode(query)}"
