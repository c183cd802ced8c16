"""The frame of a page, and the answer that carries it."""

from __future__ import annotations

from sanic import HTTPResponse, Request
from sanic.response import html

from web.console.door import ConsoleDoor
from web.console.screens import Frame, Place
from web.console.visitor import Visitor

CASES, DELIVERIES = "/console/cases", "/console/deliveries"


def frame_for(door: ConsoleDoor, visitor: Visitor, here: str = "") -> Frame:
    """The masthead for somebody signed in."""
    places = [Place(href=CASES, key="console.nav.cases", here=here == CASES)]
    if visitor.sees_all:
        places.append(Place(href=DELIVERIES, key="console.nav.deliveries", here=here == DELIVERIES))
    roles = sorted(role.value for role in visitor.staff.roles)
    return Frame(
        bureau_name=door.bureau_name,
        mark=door.mark,
        csrf_token=visitor.session.csrf,
        person=visitor.staff.name,
        roles=" · ".join(door.words.text(f"console.role.{role}") for role in roles),
        places=tuple(places),
    )


def bare_frame(door: ConsoleDoor, csrf_token: str = "") -> Frame:
    """The masthead for nobody in particular."""
    return Frame(bureau_name=door.bureau_name, mark=door.mark, csrf_token=csrf_token)


def shown(door: ConsoleDoor, template: str, frame: Frame, page: object, status: int = 200) -> HTTPResponse:
    """A whole page, or the part a refresh asked for."""
    return html(door.pages.render(f"console/{template}", {"frame": frame, "page": page}), status=status)


def asked_for(request: Request, target: str) -> bool:
    """Whether htmx asks for just this part of the page."""
    return request.headers.get("hx-target") == target and "hx-request" in request.headers
