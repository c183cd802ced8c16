"""One's own login: password, second factor, the places one is logged in."""

from __future__ import annotations

import segno
from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.people import second_factor
from casework.people.staff import change_password, staff_by_id
from casework.people.views import StaffView
from kit.problems import Invalid, NotFound, Unauthenticated
from web.console.door import STAFF, ConsoleDoor
from web.console.first_duties import OWN_PASSWORD, SECOND_FACTOR, due_first, leading_on
from web.console.frame import MINE, frame_for, shown
from web.console.people_screens import Box, FactorPage, PasswordPage
from web.console.screens import Note
from web.console.signing_in import begin_session
from web.console.submission import value_of
from web.console.visitor import Visitor, safe_next

OWN_SLOW = "#own"
"""Put behind a login's name, counts tries at one's own password and codes from inside."""


async def show_password(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/me/password."""
    return await _password_page(request, door, visitor)


async def choose_password(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/me/password: chosen, all other sessions ended; or the form again with one sentence."""
    text = door.words.text
    new, repeated = value_of(request, "password"), value_of(request, "repeated")
    if new != repeated:
        wrong = {"repeated": text("console_people.password.differs")}
        return await _password_page(request, door, visitor, wrong, 422)
    await _slow(request, door, visitor)
    try:
        staff = await change_password(
            door.db, door.passwords, visitor.actor, present=value_of(request, "present"), new=new
        )
    except Invalid as problem:
        wrong = {problem.field: text(problem.key, **problem.params)}
        return await _password_page(request, door, visitor, wrong, 422)
    await _slow_no_more(request, door, visitor)
    return await _onward(request, door, staff, "password")


async def show_factor(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/me/second-factor."""
    return await _factor_page(request, door, visitor)


async def begin_factor(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/me/second-factor: a secret to scan or type."""
    await second_factor.begin(door.db, door.keys, visitor.actor, issuer=door.bureau_name)
    wanted = safe_next(value_of(request, "next", MINE))
    return redirect(leading_on(SECOND_FACTOR, wanted), status=303)


async def confirm_factor(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/me/second-factor/confirm: in force; the recovery codes are on this page and nowhere else."""
    await _slow(request, door, visitor)
    try:
        codes = await second_factor.confirm(door.db, door.keys, visitor.actor, value_of(request, "code"))
    except Invalid as problem:
        wrong = door.words.text(problem.key, **problem.params)
        return await _factor_page(request, door, visitor, wrong=wrong, status=422)
    await _slow_no_more(request, door, visitor)
    return await _codes_page(request, door, visitor, codes, "on_now")


async def renew_codes(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/me/second-factor/codes: other recovery codes, against a code."""
    await _slow(request, door, visitor)
    code = value_of(request, "code")
    try:
        codes = await second_factor.new_recovery_codes(door.db, door.keys, visitor.actor, code)
    except Invalid as problem:
        wrong = door.words.text(problem.key, **problem.params)
        return await _factor_page(request, door, visitor, wrong=wrong, status=422)
    await _slow_no_more(request, door, visitor)
    return await _codes_page(request, door, visitor, codes, "codes_now", new_session=False)


async def end_factor(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/me/second-factor/end: off, against a code; whoever has to have one is led to set it up anew."""
    await _slow(request, door, visitor)
    try:
        await second_factor.end(door.db, door.keys, visitor.actor, value_of(request, "code"))
    except Invalid as problem:
        wrong = door.words.text(problem.key, **problem.params)
        return await _factor_page(request, door, visitor, wrong=wrong, status=422)
    await _slow_no_more(request, door, visitor)
    return await begin_session(request, door, await _again(door, visitor), f"{SECOND_FACTOR}?done=off_now")


async def end_session(request: Request, door: ConsoleDoor, visitor: Visitor, session_id: str) -> HTTPResponse:
    """POST /console/me/sessions/{id}/end: one of one's own."""
    lines = await door.sessions.in_force(STAFF, [visitor.staff.id])
    found = next((line for line in lines if str(line.id) == session_id), None)
    if found is None:
        raise NotFound("problem.not_found")
    await door.sessions.end(found.id)
    return redirect(f"{MINE}?done=session_ended", status=303)


async def _password_page(
    request: Request,
    door: ConsoleDoor,
    visitor: Visitor,
    wrong: dict[str, str] | None = None,
    status: int = 200,
) -> HTTPResponse:
    text, wrong = door.words.text, wrong or {}
    names = (("present", "current-password"), ("password", "new-password"), ("repeated", "new-password"))
    page = PasswordPage(
        given=visitor.staff.password_is_given,
        next=_next(request),
        boxes=tuple(
            Box(
                name=name,
                kind="password",
                label=text(f"console_people.password.{name}"),
                help=text("console_people.password.help") if name == "password" else "",
                wrong=wrong.get(name, ""),
                at_most=200,
                autocomplete=autocomplete,
            )
            for name, autocomplete in names
        ),
    )
    return shown(door, "own_password.html", await frame_for(door, visitor, MINE), page, status)


async def _factor_page(
    request: Request, door: ConsoleDoor, visitor: Visitor, *, wrong: str = "", status: int = 200
) -> HTTPResponse:
    staff = await _again(door, visitor)
    made = await second_factor.pending(door.keys, staff.id, issuer=door.bureau_name)
    since = staff.second_factor_since
    done = request.args.get("done", "")
    notes = (Note(words=door.words.text("console_people.factor.off_now")),) if done == "off_now" else ()
    page = FactorPage(
        is_on=since is not None,
        since=door.words.moment(since, door.clock.now()) if since is not None else "",
        asked=not staff.roles.isdisjoint(door.staff_rules.second_factor_roles),
        next=_next(request),
        secret=_in_fours(made.secret) if made is not None else "",
        drawing=segno.make(made.address, error="m").svg_data_uri(scale=5, border=2) if made else "",
        codes_left=await second_factor.codes_left(staff.id) if since is not None else 0,
        wrong=wrong,
        notes=notes,
    )
    return shown(door, "own_factor.html", await frame_for(door, visitor, MINE), page, status)


async def _codes_page(
    request: Request,
    door: ConsoleDoor,
    visitor: Visitor,
    codes: tuple[str, ...],
    said: str,
    *,
    new_session: bool = True,
) -> HTTPResponse:
    """The recovery codes; in a new session where setting up ended the one that asked."""
    staff = await _again(door, visitor)
    new = await door.sessions.create(STAFF, staff.id) if new_session else None
    if new is not None:
        visitor = Visitor(new.session, staff)
    page = FactorPage(
        is_on=True,
        next=_next(request),
        codes=codes,
        codes_left=len(codes),
        notes=(Note(words=door.words.text(f"console_people.factor.{said}")),),
    )
    response = shown(door, "own_factor.html", await frame_for(door, visitor, MINE), page)
    if new is not None:
        door.cookie.write(response, new.token)
    return response


async def _onward(request: Request, door: ConsoleDoor, staff: StaffView, said: str) -> HTTPResponse:
    """On to what has to be done next, or to where it was wanted."""
    wanted = _next(request) or f"{MINE}?done={said}"
    due = due_first(door, staff)
    return await begin_session(request, door, staff, leading_on(due, wanted) if due else wanted)


async def _again(door: ConsoleDoor, visitor: Visitor) -> StaffView:
    """The person as of now: what they just did shows."""
    staff = await staff_by_id(door.db, visitor.staff.id)
    if staff is None:
        raise Unauthenticated()
    return staff


async def _slow(request: Request, door: ConsoleDoor, visitor: Visitor) -> None:
    """An open console must not be a place to guess its owner's password or codes."""
    await door.slow_down.attempt(visitor.staff.login + OWN_SLOW, door.addresses.of(request))


async def _slow_no_more(request: Request, door: ConsoleDoor, visitor: Visitor) -> None:
    await door.slow_down.succeeded(visitor.staff.login + OWN_SLOW, door.addresses.of(request))


def _next(request: Request) -> str:
    """Where to go on to, "" where nobody wanted to go anywhere."""
    wanted = value_of(request, "next") or request.args.get("next", "")
    inside = safe_next(wanted) if wanted else ""
    return "" if inside.startswith((OWN_PASSWORD, SECOND_FACTOR)) else inside


def _in_fours(secret: str) -> str:
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
