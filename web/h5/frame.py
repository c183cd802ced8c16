"""The frame of a page, in ordinary or large print, and the answer that carries it."""

from __future__ import annotations

from urllib.parse import quote

from markupsafe import Markup
from sanic import HTTPResponse, Request
from sanic.response import html, redirect

from kit.http.headers import csp_nonce
from web.h5.door import H5Door, door_of
from web.h5.screens import Frame, Link
from web.h5.visitor import HOME, Entered, safe_next

START, ASK, FILE = "/h5/", "/h5/ask", "/h5/file"
TABS = {START: "home", ASK: "ask", FILE: "file", HOME: "me"}
_ICONS = {"home": "home", "ask": "ask", "file": "report", "me": "me"}
_UNDER_START = ("/h5/permits", "/h5/codes", "/h5/visits", "/h5/projects")
SHEET, SCRIPT = "citizens.css", "h5.js"
_LARGE, _STYLED = "cg_print", "cg_sheet"
_YEAR_S = 365 * 24 * 3600


def frame_for(request: Request, door: H5Door, visitor: Entered | None, here: str = "") -> Frame:
    """The frame of this request's page. Large print is the browser's own wish, signed in or not.

    `here`: the page's own address where the request has another one (a form that is shown again). The first page in a
    browser carries the style sheet in itself, so that one answer is enough to paint; later ones name its address,
    where the browser has it already.
    """
    text = door.words.text
    chosen = request.cookies.get(_LARGE) or ""
    is_large = chosen == "large"
    back = request.path + (f"?{request.query_string}" if request.query_string else "")
    back = safe_next(back if request.method == "GET" else here or HOME)
    sheet = door.assets.url(SHEET)
    is_styled = request.cookies.get(_STYLED) == _version(sheet)
    tab = _tab(here or request.path)
    return Frame(
        bureau_name=door.bureau.name,
        mark=door.bureau.short_name[-2:],
        csrf_token=visitor.session.csrf if visitor is not None else "",
        is_large=is_large,
        is_print_chosen=bool(chosen),
        print_href=_print_href("normal" if is_large else "large", back),
        print_words=text("h5.print.normal" if is_large else "h5.print.large"),
        normal_href=_print_href("normal", back),
        phone=door.bureau.phone,
        hotline=door.bureau.hotline,
        places=tuple(
            Link(href=href, words=text(f"h5_home.tabs.{name}"), here=name == tab, icon=_ICONS[name])
            for href, name in TABS.items()
        ),
        sheet=sheet,
        style="" if is_styled else Markup(door.assets.text(SHEET)),  # noqa: S704  (our own file)
        nonce="" if is_styled else csp_nonce(request),
    )


def danger_numbers(door: H5Door) -> tuple[Link, ...]:
    """Whom to telephone when somebody is in danger, nearest help first; for `ui.danger`."""
    text, duty = door.words.text, door.bureau.duty_phone
    return (
        Link(href="tel:119", words=text("h5_home.danger.fire")),
        Link(href="tel:120", words=text("h5_home.danger.ambulance")),
        Link(href="tel:110", words=text("h5_home.danger.police")),
        Link(href=f"tel:{duty}", words=text("h5_home.danger.duty", duty_phone=duty)),
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
    response = html(door.pages.render(f"h5/{template}", {"frame": frame, "page": page}), status=status)
    if frame.style:
        response.add_cookie(
            _STYLED,
            _version(frame.sheet),
            path="/h5",
            secure=door.public_url.startswith("https://"),
            httponly=True,
            samesite="Lax",
            max_age=_YEAR_S,
        )
    return response


def _print_href(size: str, back: str) -> str:
    return f"/h5/print/{size}?next={quote(back, safe='')}"


def _tab(path: str) -> str:
    """The tab a page belongs to; what is neither start, question nor filing is one's own."""
    if path in ("/h5", START) or path.startswith(_UNDER_START):
        return TABS[START]
    return TABS[next((href for href in (ASK, FILE) if path == href or path.startswith(f"{href}/")), HOME)]


def _version(sheet: str) -> str:
    return sheet.split("/")[2]
