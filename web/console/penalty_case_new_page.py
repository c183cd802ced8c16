"""Issuing the notice before a penalty."""

from __future__ import annotations

from collections.abc import Mapping

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.penalties.case_issuing import NewCase, issue_case
from casework.penalties.case_money import day_in, yuan
from casework.roles import Role
from kit.problems import Problem
from web.console.door import ConsoleDoor
from web.console.frame import PENALTY_CASES, frame_for, shown
from web.console.penalty_case_acts import KEPT_AT_MOST, uuid_of
from web.console.penalty_case_screens import NewCasePage
from web.console.penalty_case_words import ask, case_address, choices, colleagues
from web.console.penalty_words import desk_of
from web.console.screens import Ask, Note, Option
from web.console.submission import value_of
from web.console.visitor import Visitor

WHO = ("party_kind", "party_number", "party", "address")
WHAT = ("ground", "filed_on", "place_text", "facts", "evidence", "second_officer")
INTENDED = ("intended", "amount", "basis")
TEXTS = (*WHO, *WHAT, *INTENDED, "allows_hearing", "key")
OPTIONAL = frozenset({"place_text", "amount", "basis"})


async def show_new_penalty_case(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/penalty-cases/new."""
    return await _render(door, visitor, {}, None)


async def take_new_penalty_case(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/penalty-cases/new. Refused, nothing typed is lost."""
    typed = {name: value_of(request, name)[:KEPT_AT_MOST] for name in TEXTS}
    new = NewCase(
        **{name: typed[name] for name in (*WHO, "ground", "facts", "evidence", "place_text", *INTENDED)},
        allows_hearing=bool(typed["allows_hearing"]),
        filed_on=day_in(typed["filed_on"]),
        second_officer_id=uuid_of(typed["second_officer"]),
        act=uuid_of(typed["key"]),
    )
    try:
        reference = await issue_case(desk_of(door), visitor.actor, new)
    except Problem as problem:
        return await _render(door, visitor, typed, problem)
    return redirect(f"{case_address(reference)}?done=issue", status=303)


async def _render(
    door: ConsoleDoor, visitor: Visitor, typed: Mapping[str, str], problem: Problem | None
) -> HTTPResponse:
    desk, text = desk_of(door), door.words.text
    sentence = text(problem.key, **problem.params) if problem is not None else ""
    field = str(problem.params.get("field") or "") if problem is not None else ""
    options: dict[str, tuple[Option, ...]] = {
        "party_kind": choices(door, "console_penalties.party_kind", ("organisation", "person")),
        "ground": tuple(Option(value=one.code, words=one.name) for one in desk.section.grounds),
        "second_officer": await colleagues(door, Role.HANDLER, Role.HEAD, but=(visitor.staff.id,)),
    }

    def asked(names: tuple[str, ...]) -> tuple[Ask, ...]:
        return tuple(
            ask(
                door,
                name,
                typed=typed.get(name, ""),
                wrong=sentence if field == name else "",
                optional=name in OPTIONAL,
                options=options.get(name),
            )
            for name in names
        )

    large = desk.section.large_fine
    page = NewCasePage(
        who=asked(WHO),
        what=asked(WHAT),
        intended=asked(INTENDED),
        hearing=text(
            "console_penalty_cases.large",
            organisation=yuan(large.organisation_yuan * 100),
            person=yuan(large.person_yuan * 100),
        ),
        allows_hearing=bool(typed.get("allows_hearing")),
        key=typed.get("key") or door.db.ids.new().hex,
        notes=(Note(words=sentence, tone="late"),)
        if sentence and field not in (*WHO, *WHAT, *INTENDED)
        else (),
    )
    frame = await frame_for(door, visitor, PENALTY_CASES)
    status = problem.status if problem is not None else 200
    return shown(door, "penalty_case_new.html", frame, page, status)
