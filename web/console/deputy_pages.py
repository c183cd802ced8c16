"""Dated deputies: who stands in for whom, arranging it, ending it early."""

from __future__ import annotations

from uuid import UUID

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.people.deputies import arrangements, end_deputy, name_deputy
from casework.people.staff import list_staff, staff_by_login
from kit.clock import local
from kit.problems import Invalid, NotFound, Problem
from web.console.door import ConsoleDoor
from web.console.frame import MINE, frame_for, shown
from web.console.people_acts import day_of
from web.console.people_screens import Box, DeputiesPage
from web.console.people_words import deputy_row, roles_words
from web.console.screens import Note, Option
from web.console.submission import value_of
from web.console.visitor import Visitor

DEPUTIES = "/console/deputies"
FIELDS = ("principal", "deputy", "from_on", "until_on")
PAST = 30


async def show_deputies(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/deputies."""
    done = request.args.get("done", "")
    known = done in ("made", "ended")
    notes = (Note(words=door.words.text(f"console_people.deputy.done.{done}")),) if known else ()
    return await _render(door, visitor, notes=notes)


async def add_deputy(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/deputies: arranged, or the form again with one sentence."""
    typed = {name: value_of(request, name).strip()[:60] for name in FIELDS}
    try:
        ids = {name: await _staff_id(door, typed[name], name) for name in ("principal", "deputy")}
        days = {name: day_of(request, name, "problem.people.deputy_days") for name in ("from_on", "until_on")}
        from_on = days["from_on"] or local(door.clock.now()).date()
        if days["until_on"] is None:
            raise Invalid("problem.people.deputy_days", field="until_on", at_most=366)
        await name_deputy(
            door.db,
            visitor.actor,
            principal_id=ids["principal"],
            deputy_id=ids["deputy"],
            from_on=from_on,
            until_on=days["until_on"],
        )
    except Problem as problem:
        if problem.status == 503:
            raise
        sentence = door.words.text(problem.key, **problem.params)
        field = str(problem.params.get("field", ""))
        wrong = {field: sentence} if field in FIELDS else {}
        notes = () if wrong else (Note(words=sentence, tone="late"),)
        return await _render(door, visitor, typed=typed, wrong=wrong, notes=notes, status=problem.status)
    return redirect(f"{DEPUTIES}?done=made", status=303)


async def end_arrangement(
    request: Request, door: ConsoleDoor, visitor: Visitor, arrangement_id: str
) -> HTTPResponse:
    """POST /console/deputies/{id}/end: by whoever arranges deputies."""
    await end_deputy(door.db, visitor.actor, _id(arrangement_id))
    return redirect(f"{DEPUTIES}?done=ended", status=303)


async def end_own_arrangement(
    request: Request, door: ConsoleDoor, visitor: Visitor, arrangement_id: str
) -> HTTPResponse:
    """POST /console/deputies/{id}/end-own: by one of the two, from their own page."""
    await end_deputy(door.db, visitor.actor, _id(arrangement_id))
    return redirect(f"{MINE}?done=deputy_ended", status=303)


def _id(sent: str) -> UUID:
    try:
        return UUID(sent)
    except ValueError:
        raise NotFound("problem.people.no_such_deputy") from None


async def _staff_id(door: ConsoleDoor, login: str, field: str) -> UUID:
    found = await staff_by_login(door.db, login) if login else None
    if found is None:
        raise Invalid("problem.people.no_such_staff", field=field)
    return found.id


async def _render(
    door: ConsoleDoor,
    visitor: Visitor,
    *,
    typed: dict[str, str] | None = None,
    wrong: dict[str, str] | None = None,
    notes: tuple[Note, ...] = (),
    status: int = 200,
) -> HTTPResponse:
    today = local(door.clock.now()).date()
    rows = await arrangements(today)
    page = DeputiesPage(
        rows=tuple(deputy_row(door, one, today, end=f"{DEPUTIES}/{one.id}/end") for one in rows),
        past=tuple(
            deputy_row(door, one, today, end="") for one in await arrangements(today, over=True, at_most=PAST)
        ),
        boxes=await _boxes(door, typed or {}, wrong or {}),
        notes=notes,
    )
    return shown(door, "deputies.html", await frame_for(door, visitor, DEPUTIES), page, status)


async def _boxes(door: ConsoleDoor, typed: dict[str, str], wrong: dict[str, str]) -> tuple[Box, ...]:
    text = door.words.text
    here = [one for one in await list_staff(door.db) if one.left_at is None]
    people = tuple(
        Option(value=one.login, words=f"{one.name}（{roles_words(door, one.own_grants) or one.login}）")
        for one in here
    )
    return tuple(
        Box(
            name=name,
            kind="date" if name.endswith("_on") else "choice",
            label=text(f"console_people.deputy.{name}"),
            typed=typed.get(name, ""),
            wrong=wrong.get(name, ""),
            options=() if name.endswith("_on") else people,
        )
        for name in FIELDS
    )
