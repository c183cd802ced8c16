"""What an administrator does to a person's account, and handing over somebody's work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.complaints.handing_over import count_open, hand_over, leave_work, open_cases
from casework.people import own_numbers, second_factor, staff_binding
from casework.people.passwords import one_time_password
from casework.people.staff import grant, rename, revoke, set_password, staff_by_login
from casework.people.staff_sessions import end_sessions
from casework.people.views import StaffView
from casework.permissions import Operation, may
from kit.problems import Invalid, NotFound, Problem
from web.console.door import ConsoleDoor
from web.console.frame import frame_for, shown
from web.console.people_pages import (
    PEOPLE,
    person_of,
    render_person,
    role_of,
    successor_boxes,
    unit_of,
)
from web.console.people_screens import WorkPage
from web.console.screens import Note
from web.console.submission import value_of
from web.console.visitor import Visitor

TO_UNITS = "-"
TYPED = ("role", "unit", "from_on", "until_on", "name", "successor", "own_phone", "own_identity")

Act = Callable[[Request, ConsoleDoor, Visitor, StaffView], Awaitable[object]]


async def act_on_person(
    request: Request, door: ConsoleDoor, visitor: Visitor, login: str, act: str
) -> HTTPResponse:
    """POST /console/people/{login}/{act}: done, or the page again with one sentence at what was wrong."""
    person = await person_of(door, login)
    taken = ACTS.get(act)
    if taken is None:
        raise NotFound("problem.not_found")
    try:
        await taken(request, door, visitor, person)
    except Problem as problem:
        if problem.status in (403, 404, 503):
            raise
        sentence = door.words.text(problem.key, **problem.params)
        typed = {name: value_of(request, name)[:100] for name in TYPED}
        field = str(problem.params.get("field", ""))
        wrong = {field: sentence} if field in TYPED else {}
        notes = () if wrong else (Note(words=sentence, tone="late"),)
        again = await person_of(door, login)
        return await render_person(
            door, visitor, again, notes=notes, typed=typed, wrong=wrong, status=problem.status
        )
    return redirect(f"{PEOPLE}/{person.login}?done={act.replace('-', '_')}", status=303)


async def give_password(request: Request, door: ConsoleDoor, visitor: Visitor, login: str) -> HTTPResponse:
    """POST /console/people/{login}/password: a new one for one login, on this page and nowhere else."""
    person, password = await person_of(door, login), one_time_password()
    await set_password(door.db, door.passwords, visitor.actor, person.login, password)
    note = Note(words=door.words.text("console_people.person.done.password"))
    return await render_person(door, visitor, await person_of(door, login), notes=(note,), password=password)


async def show_work(request: Request, door: ConsoleDoor, visitor: Visitor, login: str) -> HTTPResponse:
    """GET /console/people/{login}/work."""
    return await _work_page(door, visitor, await person_of(door, login))


async def hand_work_over(request: Request, door: ConsoleDoor, visitor: Visitor, login: str) -> HTTPResponse:
    """POST /console/people/{login}/work: to a colleague, or back to the units."""
    person = await person_of(door, login)
    try:
        done = await hand_over(
            door.desk, visitor.actor, person.id, to_id=await _successor(door, value_of(request, "successor"))
        )
    except Problem as problem:
        if problem.status in (403, 503):
            raise
        sentence = door.words.text(problem.key, **problem.params)
        return await _work_page(door, visitor, person, wrong={"successor": sentence}, status=problem.status)
    note = Note(words=door.words.text("console_people.work.done", count=done.cases, left=done.left))
    return await _work_page(door, visitor, person, notes=(note,))


async def _grant(request: Request, door: ConsoleDoor, visitor: Visitor, person: StaffView) -> object:
    return await grant(
        door.db,
        visitor.actor,
        person.id,
        role_of(door, value_of(request, "role")),
        unit_of(door, value_of(request, "unit")),
        from_on=day_of(request, "from_on", "problem.people.grant_days"),
        until_on=day_of(request, "until_on", "problem.people.grant_days"),
    )


async def _revoke(request: Request, door: ConsoleDoor, visitor: Visitor, person: StaffView) -> object:
    # A unit that the profile no longer has can still be taken away.
    unit = value_of(request, "unit")[:40] or None
    return await revoke(door.db, visitor.actor, person.id, role_of(door, value_of(request, "role")), unit)


async def _rename(request: Request, door: ConsoleDoor, visitor: Visitor, person: StaffView) -> object:
    return await rename(door.db, visitor.actor, person.id, value_of(request, "name"))


async def _reset_factor(request: Request, door: ConsoleDoor, visitor: Visitor, person: StaffView) -> object:
    return await second_factor.reset(door.db, visitor.actor, person.id)


async def _end_sessions(request: Request, door: ConsoleDoor, visitor: Visitor, person: StaffView) -> object:
    return await end_sessions(door.db, visitor.actor, person.id)


async def _unbind(request: Request, door: ConsoleDoor, visitor: Visitor, person: StaffView) -> object:
    return await staff_binding.unbind(door.db, visitor.actor, person.id)


async def _keep_numbers(request: Request, door: ConsoleDoor, visitor: Visitor, person: StaffView) -> None:
    await own_numbers.keep_numbers(
        door.db,
        door.desk.sealer,
        visitor.actor,
        person.id,
        phone=value_of(request, "own_phone"),
        identity=value_of(request, "own_identity"),
    )


async def _forget_numbers(request: Request, door: ConsoleDoor, visitor: Visitor, person: StaffView) -> None:
    await own_numbers.forget_numbers(door.db, visitor.actor, person.id)


async def _leave(request: Request, door: ConsoleDoor, visitor: Visitor, person: StaffView) -> object:
    sent = value_of(request, "successor")
    return await leave_work(
        door.desk,
        visitor.actor,
        person.id,
        to_id=await _successor(door, sent) if sent else None,
        to_units=sent == TO_UNITS,
    )


ACTS: dict[str, Act] = {
    "grant": _grant,
    "revoke": _revoke,
    "rename": _rename,
    "second-factor": _reset_factor,
    "sessions": _end_sessions,
    "wechat": _unbind,
    "numbers": _keep_numbers,
    "forget-numbers": _forget_numbers,
    "leave": _leave,
}


def day_of(request: Request, name: str, key: str) -> date | None:
    """A day as a date field sends it; None where it was left empty. Raises Invalid."""
    sent = value_of(request, name).strip()
    if not sent:
        return None
    try:
        return date.fromisoformat(sent[:10])
    except ValueError:
        raise Invalid(key, field=name, at_most=366) from None


async def _successor(door: ConsoleDoor, sent: str) -> UUID | None:
    """Whom a form named to take the work over; None for the units. Raises Invalid for nobody."""
    if sent == TO_UNITS:
        return None
    found = await staff_by_login(door.db, sent) if sent else None
    if found is None:
        raise Invalid("problem.people.successor", field="successor")
    return found.id


async def _work_page(
    door: ConsoleDoor,
    visitor: Visitor,
    person: StaffView,
    *,
    notes: tuple[Note, ...] = (),
    wrong: dict[str, str] | None = None,
    status: int = 200,
) -> HTTPResponse:
    count = await count_open(person.id)
    sees_people = may(visitor.actor, Operation.SEE_PEOPLE)
    page = WorkPage(
        back=f"{PEOPLE}/{person.login}" if sees_people else "/console/cases",
        name=person.name,
        action=f"{PEOPLE}/{person.login}/work",
        cases=tuple(
            (f"/console/cases/{one.reference}", one.reference, f"{one.category_name} {one.unit_name}")
            for one in await open_cases(door.desk, person.id)
        ),
        count=count,
        boxes=await successor_boxes(door, person, wrong or {}) if count else (),
        notes=notes,
    )
    return shown(door, "work.html", await frame_for(door, visitor, PEOPLE), page, status)
