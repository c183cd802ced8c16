"""Which cases a caller has: the search by telephone. The number is sent in a form, never in an address."""

from __future__ import annotations

from sanic import HTTPResponse, Request

from casework.complaints.lookup import FINDS_PER_MINUTE, FoundCase, find_by_phone
from casework.people.phone import normalised_phone
from kit.problems import Problem
from kit.sealing import mask_phone
from web.console.addresses import case_address
from web.console.door import ConsoleDoor
from web.console.frame import CASES, frame_for, shown
from web.console.privacy_screens import FindPage, FoundLine
from web.console.submission import value_of
from web.console.visitor import Visitor

TYPED_AT_MOST = 40


async def show_find(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/find."""
    return shown(door, "find.html", await frame_for(door, visitor, CASES), FindPage())


async def find_cases(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """POST /console/find: the caller's cases, newest first; the search is on record."""
    typed = value_of(request, "phone").strip()[:TYPED_AT_MOST]
    frame = await frame_for(door, visitor, CASES)
    try:
        await door.limits.take("console-find", str(visitor.staff.id), per_minute=FINDS_PER_MINUTE)
        found = await find_by_phone(door.desk, visitor.actor, typed)
    except Problem as problem:
        sentence = door.words.text(problem.key, **problem.params)
        page = FindPage(typed=typed, wrong=sentence)
        response = shown(door, "find.html", frame, page, problem.status)
        if problem.retry_after_s is not None:
            response.headers["retry-after"] = str(problem.retry_after_s)
        return response
    page = FindPage(
        rows=tuple(_line(door, one) for one in found.rows),
        masked=mask_phone(normalised_phone(typed) or ""),
        more=found.there_are_more,
    )
    return shown(door, "find.html", frame, page)


def _line(door: ConsoleDoor, one: FoundCase) -> FoundLine:
    return FoundLine(
        href=case_address(one.reference),
        reference=one.reference,
        state=door.words.state(one.state),
        kind=one.category_name,
        brief=one.opening,
        place=one.place_text,
        unit=one.unit_name,
        at=door.words.moment(one.submitted_at, door.clock.now()),
    )
