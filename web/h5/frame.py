"""The frame of a page, in ordinary or large print, and the answer that carries it."""

from __future__ import annotations

from urllib.parse import quote

from sanic import HTTPResponse, Request
from sanic.response import html, redirect

from web.h5.door import H5Door, door_of
from web.h5.screens import Frame, Link
from web.h5.visitor import HOME, Visitor, safe_next

PLACES = {HOME: "me", "/h5/notices": "notices", "/h5/permits": "permits", "/h5/data": "data"}
_LARGE = "cg_print"
_YEAR_S = 365 * 24 * 3600


def frame_for(request: Request, door: H5Door, visitor: Visitor | None, here: str = "") -> Frame:
    """The frame of this request's page. Large print is the browser's own wish, signed in or not."""
    text = door.words.text
    is_large = request.cookies.get(_LARGE) == "large"
    back = request.path + (f"?{request.query_string}" if request.query_string else "")
    back = safe_next(back if request.method == "GET" else here or HOME)
    size = "normal" if is_large else "large"
    return Frame(
        bureau_name=door.bureau.name,
        mark=door.bureau.short_name[-2:],
        csrf_token=visitor.session.csrf if visitor is not None else "",
        is_large=is_large,
        print_href=f"/h5/print/{size}?next={quote(back, safe='')}",
        print_words=text(f"h5.print.{size}"),
        phone=door.bureau.phone,
        hotline=door.bureau.hotline,
        places=tuple(
            Link(href=href, words=text(f"h5.nav.{name}"), here=href == here) for href, name in PLACES.items()
        ),
    )


async def choose_print(request: Request, size: str) -> HTTPResponse:
    """GET /h5/print/<size>?next=…: ordinary or large print from now on, in this browser."""
    door = door_of(request)
    response = redirect(safe_next(str(request.args.get("next", HOME))), status=303)
    response.add_cookie(
        _LARGE,
        "large" if size == "large" else "normal",
        path="/h5",
        secure=door.public_url.startswith("https://"),
        httponly=True,
        samesite="Lax",
        max_age=_YEAR_S,
    )
    return response


def shown(door: H5Door, template: str, frame: Frame, page: object, status: int = 200) -> HTTPResponse:
    """A whole page."""
    return html(door.pages.render(f"h5/{template}", {"frame": frame, "page": page}), status=status)
