"""Signing in and out; what somebody was typing when the session ended goes through the login unharmed."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.people.staff import authenticate
from casework.roles import STAFF_ROLES
from kit.http.csrf import check_csrf
from kit.problems import Problem, TooMany
from web.console.addresses import case_address
from web.console.case_routes import find_case, render_case
from web.console.door import STAFF, ConsoleDoor, door_of
from web.console.forms import FORMS
from web.console.frame import CASES, bare_frame, shown
from web.console.screens import LoginPage, Note
from web.console.submission import KEPT_PREFIX, Typed, photos_of, texts_of, value_of
from web.console.visitor import HOME, LOGIN, Visitor, safe_next, visitor_of

KEPT_MOVE = KEPT_PREFIX + "move"


async def show_login(request: Request) -> HTTPResponse:
    """GET /console/login."""
    door = door_of(request)
    if await visitor_of(request, door) is not None:
        return redirect(safe_next(request.args.get("next", HOME)), status=303)
    note = None
    if "left" in request.args:
        note = Note(words=door.words.text("console.login.left"))
    elif door.cookie.read(request) is not None:
        note = Note(words=door.words.text("console.login.expired"), tone="soon")
    return _login_page(request, door, LoginPage(next=safe_next(request.args.get("next", HOME)), note=note))


async def log_in(request: Request) -> HTTPResponse:
    """POST /console/login."""
    door = door_of(request)
    text = door.words.text
    login = value_of(request, "login")[:64]
    address = door.addresses.of(request)
    wanted = safe_next(value_of(request, "next", HOME))
    kept = _kept_again(request)

    def again(status: int, *, wrong: str = "", note: str = "") -> HTTPResponse:
        page = LoginPage(
            next=wanted,
            login=login,
            wrong=wrong,
            note=Note(words=note, tone="soon") if note else None,
            kept=kept,
        )
        return _login_page(request, door, page, status)

    try:
        door.visits.check(request)
        await door.slow_down.attempt(login, address)
    except TooMany as problem:
        response = again(429, wrong=text(problem.key, **problem.params))
        response.headers["retry-after"] = str(problem.retry_after_s)
        return response
    except Problem as problem:
        return again(problem.status, note=text(problem.key, **problem.params))
    staff = await authenticate(door.db, door.passwords, login, value_of(request, "password"))
    if staff is None:
        return again(401, wrong=text("problem.bad_login"))
    await door.slow_down.succeeded(login, address)
    if staff.roles.isdisjoint(STAFF_ROLES):
        return again(403, note=text("problem.console.no_role"))
    new = await door.sessions.create(STAFF, staff.id)
    response = await _resumed(door, Visitor(new.session, staff), wanted, request)
    door.cookie.write(response, new.token)
    return response


async def log_out(request: Request) -> HTTPResponse:
    """POST /console/logout. Without a session there is nothing to end."""
    door = door_of(request)
    visitor = await visitor_of(request, door)
    response = redirect(f"{LOGIN}?left=1", status=303)
    if visitor is not None:
        check_csrf(request, visitor.session.csrf, door.public_url)
        await door.sessions.end(visitor.session.id)
        door.cookie.clear(response)
    return response


async def login_keeping_text(request: Request, door: ConsoleDoor) -> HTTPResponse:
    """The login in place of a form that came without a session: its texts travel along, hidden."""
    parts = request.match_info
    texts = texts_of(request)
    key = "expired"
    if texts:
        key = "expired_kept_photos" if photos_of(request) else "expired_kept"
    kept = (("move", str(parts["move"])), *texts.items()) if texts and "move" in parts else ()
    page = LoginPage(
        next=safe_next(case_address(str(parts["reference"]))),
        note=Note(words=door.words.text(f"console.login.{key}"), tone="soon"),
        kept=tuple((KEPT_PREFIX + name, value) for name, value in kept),
    )
    return _login_page(request, door, page, 401)


async def _resumed(door: ConsoleDoor, visitor: Visitor, wanted: str, request: Request) -> HTTPResponse:
    """Where to go after the login: on, or to the case with the texts in its form again, not yet sent."""
    texts, move = texts_of(request, KEPT_PREFIX), value_of(request, KEPT_MOVE)
    folder, _, reference = urlsplit(wanted).path.rpartition("/")
    if not texts or move not in FORMS or folder != CASES:
        return redirect(wanted, status=303)
    try:
        case = await find_case(door, visitor, reference)
    except Problem:
        return redirect(wanted, status=303)
    note = Note(words=door.words.text("console.login.back_again"), tone="soon")
    return await render_case(door, visitor, case, "", notes=(note,), typed=Typed(move=move, texts=texts))


def _kept_again(request: Request) -> tuple[tuple[str, str], ...]:
    texts: Mapping[str, str] = texts_of(request, KEPT_PREFIX)
    move = value_of(request, KEPT_MOVE)
    if not texts or move not in FORMS:
        return ()
    return ((KEPT_MOVE, move), *((KEPT_PREFIX + name, value) for name, value in texts.items()))


def _login_page(request: Request, door: ConsoleDoor, page: LoginPage, status: int = 200) -> HTTPResponse:
    visit, token = door.visits.issue(request)
    response = shown(door, "login.html", bare_frame(door, token), page, status)
    door.visits.write(response, visit)
    return response
