"""The bureau's people: the list, adding somebody, and one person's page. What changes a person is in `people_acts`."""

from __future__ import annotations

from urllib.parse import quote

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.complaints.handing_over import count_open
from casework.people import staff_binding
from casework.people.deputies import arrangements
from casework.people.own_numbers import KnownNumbers, known_numbers
from casework.people.passwords import one_time_password
from casework.people.staff import add_staff, list_staff, staff_by_login
from casework.people.staff_grants import grants_of
from casework.people.views import StaffView
from casework.permissions import Operation, may
from casework.roles import Role
from casework.work_orders.queries import in_hand
from kit.clock import local
from kit.problems import Invalid, NotFound, Problem
from web.console.door import ConsoleDoor
from web.console.frame import frame_for, shown
from web.console.people_screens import Box, PeoplePage, PersonLine, PersonPage
from web.console.people_words import (
    deputy_row,
    factor_words,
    grant_row,
    role_options,
    roles_words,
    session_rows,
    unit_options,
)
from web.console.screens import Chip, Link, Note, Option, Tone
from web.console.submission import value_of
from web.console.visitor import Visitor

PEOPLE = "/console/people"
NEW_FIELDS = ("login", "name", "role", "unit")
TONES: dict[str, Tone] = {"gone": "plain", "new": "soon", "here": "good"}
DONE = frozenset(
    {"grant", "revoke", "rename", "second_factor", "sessions", "wechat", "leave", "work", "deputy_ended"}
    | {"numbers", "forget_numbers"}
)


async def show_people(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/people?find=…&gone=1."""
    return await _list(request, door, visitor)


async def add_person(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/people: taken on with a password that is shown for this once; or the form again."""
    typed = {name: value_of(request, name).strip()[:100] for name in NEW_FIELDS}
    password = one_time_password()
    try:
        person = await add_staff(
            door.db,
            door.passwords,
            visitor.actor,
            login=typed["login"],
            name=typed["name"],
            password=password,
            grants=[(role_of(door, typed["role"]), unit_of(door, typed["unit"]))],
        )
    except Problem as problem:
        field = str(problem.params.get("field") or ("login" if "login" in problem.params else ""))
        if problem.status == 403 or field not in NEW_FIELDS:
            raise
        wrong = {field: door.words.text(problem.key, **problem.params)}
        return await _list(request, door, visitor, typed=typed, wrong=wrong, status=problem.status)
    return await _list(request, door, visitor, made=(person.login, password))


async def show_person(request: Request, door: ConsoleDoor, visitor: Visitor, login: str) -> HTTPResponse:
    """GET /console/people/{login}."""
    done = request.args.get("done", "")
    notes = (Note(words=door.words.text(f"console_people.person.done.{done}")),) if done in DONE else ()
    return await render_person(door, visitor, await person_of(door, login), notes=notes)


async def back_to_person(
    request: Request, door: ConsoleDoor, visitor: Visitor, login: str, act: str
) -> HTTPResponse:
    """GET where only a form is sent, as after a reload: the person, or 404 as there."""
    person = await person_of(door, login)
    return redirect(f"{PEOPLE}/{person.login}", status=303)


async def person_of(door: ConsoleDoor, login: str) -> StaffView:
    """Somebody by login. Raises NotFound."""
    person = await staff_by_login(door.db, login)
    if person is None:
        raise NotFound("problem.people.no_such_staff")
    return person


def role_of(door: ConsoleDoor, sent: str) -> Role:
    """A role that can be granted. Raises Invalid (field `role`)."""
    if sent not in {option.value for option in role_options(door)}:
        raise Invalid("problem.people.role", field="role")
    return Role(sent)


def unit_of(door: ConsoleDoor, sent: str) -> str | None:
    """A unit's code, or None for the whole bureau. Raises Invalid (field `unit`)."""
    if sent and sent not in door.desk.policy.units:
        raise Invalid("problem.complaint.unit", field="unit")
    return sent or None


async def render_person(
    door: ConsoleDoor,
    visitor: Visitor,
    person: StaffView,
    *,
    notes: tuple[Note, ...] = (),
    typed: dict[str, str] | None = None,
    wrong: dict[str, str] | None = None,
    password: str = "",
    status: int = 200,
) -> HTTPResponse:
    """One person's page; the forms are there for an administrator who is somebody else."""
    now = door.clock.now()
    today = local(now).date()
    actor, has_left = visitor.actor, person.left_at is not None
    may_keep = may(actor, Operation.KEEP_PEOPLE) and actor.id != person.id and not has_left
    bound = await staff_binding.bound_since(person.id)
    count, known = await count_open(person.id), await known_numbers(person.id)
    rows = [grant_row(door, one, today, may_keep=may_keep) for one in await grants_of(person.id)]
    page = PersonPage(
        back=PEOPLE,
        name=person.name,
        login=person.login,
        state=_state(door, person),
        since=door.words.moment(person.password_changed_at, now),
        factor=factor_words(door, person),
        wechat=door.words.moment(bound, now) if bound is not None else "",
        grants=tuple(rows),
        deputies=tuple(
            deputy_row(door, one, today, end="") for one in await arrangements(today, staff_id=person.id)
        ),
        sessions=await session_rows(door, person.id, may_end=False) if not has_left else (),
        open_cases=count,
        orders=await in_hand(person.id),
        may_keep=may_keep,
        has_factor=person.second_factor_since is not None,
        is_bound=bound is not None,
        has_left=has_left,
        work=f"{PEOPLE}/{person.login}/work" if may(actor, Operation.HAND_OVER_WORK) and count else "",
        audit=f"/console/audit?find={quote(person.login)}" if may(actor, Operation.SEE_AUDIT) else "",
        grant_boxes=_grant_boxes(door, typed or {}, wrong or {}) if may_keep else (),
        rename_box=_rename_box(door, person, typed or {}, wrong or {}) if may_keep else (),
        numbers=_numbers_words(door, known),
        number_boxes=_number_boxes(door, typed or {}, wrong or {}) if may_keep else (),
        has_numbers=known.phone or known.identity,
        leave_boxes=await successor_boxes(door, person, wrong or {}) if may_keep and count else (),
        password=password,
        notes=notes,
    )
    return shown(door, "person.html", await frame_for(door, visitor, PEOPLE), page, status)


async def successor_boxes(door: ConsoleDoor, person: StaffView, wrong: dict[str, str]) -> tuple[Box, ...]:
    """Who may take the work over: the units it belongs to, or one of those who handle cases."""
    text = door.words.text
    able = [
        one
        for one in await list_staff(door.db)
        if one.id != person.id and one.left_at is None and Role.HANDLER in one.roles
    ]
    options = tuple(
        Option(value=one.login, words=f"{one.name}（{roles_words(door, one.own_grants)}）") for one in able
    )
    units = Option(value="-", words=text("console_people.work.to_units"))
    return (
        Box(
            name="successor",
            kind="choice",
            label=text("console_people.work.successor"),
            help=text("console_people.work.help"),
            wrong=wrong.get("successor", ""),
            options=(units, *options),
        ),
    )


async def _list(
    request: Request,
    door: ConsoleDoor,
    visitor: Visitor,
    *,
    typed: dict[str, str] | None = None,
    wrong: dict[str, str] | None = None,
    made: tuple[str, str] = ("", ""),
    status: int = 200,
) -> HTTPResponse:
    find, gone = request.args.get("find", "").strip()[:60], "gone" in request.args
    people = [one for one in await list_staff(door.db) if (one.left_at is not None) == gone]
    if find:
        people = [one for one in people if find.lower() in one.login or find in one.name]
    text = door.words.text
    may_keep = may(visitor.actor, Operation.KEEP_PEOPLE)
    page = PeoplePage(
        rows=tuple(_line(door, one) for one in people),
        tabs=(
            Link(href=PEOPLE, words=text("console_people.people.here"), here=not gone),
            Link(href=f"{PEOPLE}?gone=1", words=text("console_people.people.gone"), here=gone),
        ),
        find=find,
        gone=gone,
        boxes=_new_boxes(door, typed or {}, wrong or {}) if may_keep else (),
        made_login=made[0],
        made_password=made[1],
    )
    return shown(door, "staff.html", await frame_for(door, visitor, PEOPLE), page, status)


def _line(door: ConsoleDoor, person: StaffView) -> PersonLine:
    names = "、".join(one.name for one in person.stands_in_for)
    return PersonLine(
        href=f"{PEOPLE}/{person.login}",
        name=person.name,
        login=person.login,
        roles=roles_words(door, person.own_grants) or door.words.text("console_people.people.no_role"),
        state=_state(door, person),
        factor=factor_words(door, person),
        stands_in=door.words.text("console_people.people.stands_in", names=names) if names else "",
    )


def _state(door: ConsoleDoor, person: StaffView) -> Chip:
    name = "gone" if person.left_at is not None else "new" if person.password_is_given else "here"
    return Chip(words=door.words.text(f"console_people.people.state.{name}"), tone=TONES[name])


def _new_boxes(door: ConsoleDoor, typed: dict[str, str], wrong: dict[str, str]) -> tuple[Box, ...]:
    text = door.words.text
    options = {"role": role_options(door), "unit": unit_options(door)}
    return tuple(
        Box(
            name=name,
            kind="choice" if name in options else "text",
            label=text(f"console_people.new.{name}"),
            help=text(f"console_people.new.{name}_help") if name in ("login", "unit") else "",
            typed=typed.get(name, ""),
            wrong=wrong.get(name, ""),
            at_most=40,
            options=options.get(name, ()),
        )
        for name in NEW_FIELDS
    )


def _grant_boxes(door: ConsoleDoor, typed: dict[str, str], wrong: dict[str, str]) -> tuple[Box, ...]:
    text = door.words.text
    options = {"role": role_options(door), "unit": unit_options(door)}
    return tuple(
        Box(
            name=name,
            kind="choice" if name in options else "date",
            label=text(f"console_people.grant.{name}"),
            help=text("console_people.new.unit_help") if name == "unit" else "",
            typed=typed.get(name, ""),
            wrong=wrong.get(name, ""),
            optional=name.endswith("_on"),
            options=options.get(name, ()),
        )
        for name in ("role", "unit", "from_on", "until_on")
    )


def _numbers_words(door: ConsoleDoor, known: KnownNumbers) -> str:
    found = [name for name, is_there in (("phone", known.phone), ("identity", known.identity)) if is_there]
    text = door.words.text
    names = "、".join(text(f"console_people.numbers.{one}") for one in found)
    return text("console_people.numbers.kept", names=names) if names else text("console_people.numbers.none")


def _number_boxes(door: ConsoleDoor, typed: dict[str, str], wrong: dict[str, str]) -> tuple[Box, ...]:
    text = door.words.text
    return tuple(
        Box(
            name=name,
            label=text(f"console_people.numbers.{name}"),
            typed=typed.get(name, ""),
            wrong=wrong.get(name, ""),
            optional=True,
            at_most=30,
        )
        for name in ("own_phone", "own_identity")
    )


def _rename_box(
    door: ConsoleDoor, person: StaffView, typed: dict[str, str], wrong: dict[str, str]
) -> tuple[Box, ...]:
    label = door.words.text("console_people.new.name")
    typed_name = typed.get("name", person.name)
    return (Box(name="name", label=label, typed=typed_name, wrong=wrong.get("name", ""), at_most=40),)
