"""Signing in and out; what somebody was typing when the session ended goes through the login unharmed."""

from __future__ import annotations

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.people import second_factor
from casework.people.staff import authenticate, note_login
from casework.people.views import StaffView
from casework.roles import STAFF_ROLES
from kit.http.csrf import check_csrf
from kit.problems import Problem, TooMany
from web.console.door import STAFF, ConsoleDoor, door_of
from web.console.first_duties import due_first, leading_on
from web.console.frame import bare_frame, shown
from web.console.keeping import kept_again, kept_of, note_key, resumed, way_back
from web.console.people_screens import CodePage
from web.console.screens import LoginPage, Note
from web.console.second_step import behind, ticket_for
from web.console.submission import value_of
from web.console.visitor import HOME, LOGIN, Visitor, safe_next, visitor_of

SECOND_STEP = "#second"
"""Put behind a login's name, counts tries at its codes apart from tries at its password."""


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
    """POST /console/login: in, on to the code, or the form again with one sentence."""
    door = door_of(request)
    text = door.words.text
    login = value_of(request, "login")[:64]
    wanted = safe_next(value_of(request, "next", HOME))
    kept = kept_again(request)

    def again(status: int, *, wrong: str = "", note: str = "") -> HTTPResponse:
        page = LoginPage(
            next=wanted,
            login=login,
            wrong=wrong,
            note=Note(words=note, tone="soon") if note else None,
            kept=kept,
        )
        return _login_page(request, door, page, status)

    address, device = door.addresses.of(request), door.devices.known(request, login)
    try:
        door.visits.check(request)
        await door.slow_down.attempt(login, address, device)
    except TooMany as problem:
        response = again(429, wrong=text(problem.key, **problem.params))
        response.headers["retry-after"] = str(problem.retry_after_s)
        return response
    except Problem as problem:
        return again(problem.status, note=text(problem.key, **problem.params))
    staff = await authenticate(door.db, door.passwords, login, value_of(request, "password"))
    if staff is None:
        return again(401, wrong=text("problem.bad_login"))
    if staff.second_factor_since is not None:
        visit, _ = door.visits.issue(request)
        page = CodePage(ticket=ticket_for(door, staff, visit), next=wanted, kept=kept)
        return _code_page(request, door, page)
    await door.slow_down.succeeded(login, address, device)
    if staff.roles.isdisjoint(STAFF_ROLES):
        return again(403, note=text("problem.console.no_role"))
    await note_login(door.db, staff, "password")
    return await _let_in(request, door, staff, wanted)


async def give_code(request: Request) -> HTTPResponse:
    """POST /console/login/code: the second step."""
    door = door_of(request)
    text = door.words.text
    wanted = safe_next(value_of(request, "next", HOME))
    kept, ticket = kept_again(request), value_of(request, "ticket")[:200]
    visit, _ = door.visits.issue(request)
    staff = await behind(door, ticket, visit)
    if staff is None:
        note = Note(words=text("console_people.code.over"), tone="soon")
        return _login_page(request, door, LoginPage(next=wanted, note=note, kept=kept), 401)
    address, device = door.addresses.of(request), door.devices.known(request, staff.login)

    def again(status: int, wrong: str) -> HTTPResponse:
        return _code_page(request, door, CodePage(ticket=ticket, next=wanted, kept=kept, wrong=wrong), status)

    try:
        door.visits.check(request)
        await door.slow_down.attempt(staff.login + SECOND_STEP, address, device)
        passed = await second_factor.check(door.db, door.keys, staff.id, value_of(request, "code"))
    except TooMany as problem:
        response = again(429, text(problem.key, **problem.params))
        response.headers["retry-after"] = str(problem.retry_after_s)
        return response
    except Problem as problem:
        return again(problem.status, text(problem.key, **problem.params))
    if passed is None:
        return again(401, text("problem.people.factor_code"))
    await door.slow_down.succeeded(staff.login + SECOND_STEP, address, device)
    await door.slow_down.succeeded(staff.login, address, device)
    if staff.roles.isdisjoint(STAFF_ROLES):
        note = Note(words=text("problem.console.no_role"), tone="soon")
        return _login_page(request, door, LoginPage(next=wanted, note=note, kept=kept), 403)
    await note_login(door.db, staff, passed.value)
    return await _let_in(request, door, staff, wanted)


async def begin_session(request: Request, door: ConsoleDoor, staff: StaffView, wanted: str) -> HTTPResponse:
    """A new session in this browser, after all others were ended, and on to a page."""
    new = await door.sessions.create(STAFF, staff.id)
    response = redirect(wanted, status=303)
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
    """The login in place of a form that came without a session: what was typed travels along, hidden."""
    kept = kept_of(request)
    note = Note(words=door.words.text(f"console.login.{note_key(request, kept)}"), tone="soon")
    return _login_page(request, door, LoginPage(next=way_back(request), note=note, kept=kept), 401)


async def _let_in(request: Request, door: ConsoleDoor, staff: StaffView, wanted: str) -> HTTPResponse:
    """Begin the session and go where it was wanted, or where this person has to go first."""
    new = await door.sessions.create(STAFF, staff.id)
    due = due_first(door, staff)
    if due:
        response = redirect(leading_on(due, wanted), status=303)
    else:
        response = await resumed(door, Visitor(new.session, staff), wanted, request)
    door.cookie.write(response, new.token)
    door.devices.remember(request, response, staff.login)
    return response


def _login_page(request: Request, door: ConsoleDoor, page: LoginPage, status: int = 200) -> HTTPResponse:
    return _before_session(request, door, "login.html", page, status)


def _code_page(request: Request, door: ConsoleDoor, page: CodePage, status: int = 200) -> HTTPResponse:
    return _before_session(request, door, "login_code.html", page, status)


def _before_session(
    request: Request, door: ConsoleDoor, template: str, page: object, status: int
) -> HTTPResponse:
    visit, token = door.visits.issue(request)
    response = shown(door, template, bare_frame(door, token), page, status)
    door.visits.write(response, visit)
    return response
