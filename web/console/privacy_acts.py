"""What an administrator does with personal data: delete it, restrict what must be kept, look at that with a reason."""

from __future__ import annotations

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.complaints.forgetting import forget_case, forget_thread
from casework.complaints.own_data import HeldCase, held_case, restricted_cases
from casework.complaints.queries import detail_by_reference
from casework.complaints.restricting import lift_restriction, open_restricted, restrict_case
from casework.inquiries import queries
from kit.problems import Conflict, Invalid, NotFound, Problem
from web.console.addresses import CORRECT
from web.console.case_routes import render_case
from web.console.door import ConsoleDoor
from web.console.frame import PRIVACY, frame_for, shown
from web.console.privacy_screens import RestrictedLine, RestrictedPage
from web.console.privacy_words import REQUESTS, RESTRICTED, tabs_for
from web.console.screens import Note
from web.console.submission import value_of
from web.console.visitor import Visitor, safe_next

REASON_KEPT = 400


async def forget(request: Request, door: ConsoleDoor, visitor: Visitor, reference: str) -> HTTPResponse:
    """POST /console/privacy/cases/{reference}/forget."""
    _require_sure(request)
    case = await _held(door, visitor, reference)
    files = await forget_case(
        door.db,
        visitor.actor,
        case.id,
        instead=door.words.text("complaint.forgotten"),
        duty=door.retention.archive_duty,
        sealer=door.desk.sealer,
    )
    for one in files:
        await door.files.delete(one)
    return _back(request, case.reference, "forgotten")


async def restrict(request: Request, door: ConsoleDoor, visitor: Visitor, reference: str) -> HTTPResponse:
    """POST /console/privacy/cases/{reference}/restrict."""
    _require_sure(request)
    case = await _held(door, visitor, reference)
    duty = door.retention.archive_duty
    if duty is None:
        raise Conflict("problem.own_data.no_duty")
    await restrict_case(door.db, visitor.actor, case.id, basis=duty.basis)
    return _back(request, case.reference, "restricted")


async def lift(request: Request, door: ConsoleDoor, visitor: Visitor, reference: str) -> HTTPResponse:
    """POST /console/privacy/cases/{reference}/lift."""
    case = await _held(door, visitor, reference)
    await lift_restriction(door.db, visitor.actor, case.id, reason=value_of(request, "reason")[:REASON_KEPT])
    return _back(request, case.reference, "lifted")


async def forget_messages(
    request: Request, door: ConsoleDoor, visitor: Visitor, reference: str
) -> HTTPResponse:
    """POST /console/privacy/threads/{reference}/forget."""
    _require_sure(request)
    view = await queries.by_reference(door.inquiries, reference, visitor.actor)
    if view is None:
        raise NotFound("problem.console.case_not_found", reference=reference[:40])
    await forget_thread(door.db, visitor.actor, view.id, instead=door.words.text("complaint.forgotten"))
    return _back(request, "", "thread_forgotten")


async def show_restricted(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/privacy/restricted."""
    return await _restricted(door, visitor)


async def open_case(request: Request, door: ConsoleDoor, visitor: Visitor, reference: str) -> HTTPResponse:
    """POST /console/privacy/restricted/{reference}: the case, this once, after a reason; nothing can be done with it."""
    typed = value_of(request, "reason").strip()[:REASON_KEPT]
    case = await detail_by_reference(door.desk, reference, visitor.actor)
    if case is None or case.restricted_at is None:
        raise NotFound("problem.console.case_not_found", reference=reference[:40])
    try:
        await open_restricted(door.db, visitor.actor, case.view.id, reason=typed)
    except Problem as problem:
        sentence = door.words.text(problem.key, **problem.params)
        return await _restricted(
            door, visitor, asked=reference, typed=typed, wrong=sentence, status=problem.status
        )
    note = Note(words=door.words.text("privacy.case.restricted", basis=case.view.restricted_on), tone="soon")
    return await render_case(door, visitor, case, "", notes=(note,))


async def _restricted(
    door: ConsoleDoor,
    visitor: Visitor,
    *,
    asked: str = "",
    typed: str = "",
    wrong: str = "",
    status: int = 200,
) -> HTTPResponse:
    rows = await restricted_cases(door.desk, visitor.actor)
    page = RestrictedPage(
        tabs=tabs_for(door, visitor, RESTRICTED),
        rows=tuple(
            RestrictedLine(
                reference=one.reference,
                kind=one.category_name,
                basis=one.restricted_on,
                at=door.words.moment(one.submitted_at, door.clock.now()),
                open=f"{RESTRICTED}/{one.reference}",
            )
            for one in rows
        ),
        asked=asked,
        typed=typed,
        wrong=wrong,
    )
    return shown(door, "privacy_restricted.html", await frame_for(door, visitor, PRIVACY), page, status)


async def _held(door: ConsoleDoor, visitor: Visitor, reference: str) -> HeldCase:
    case = await held_case(door.desk, visitor.actor, reference, door.retention.archive_duty)
    if case is None:
        raise NotFound("problem.console.case_not_found", reference=reference[:40])
    return case


def _require_sure(request: Request) -> None:
    if value_of(request, "sure") != "1":
        raise Invalid("problem.own_data.not_sure", field="sure")


def _back(request: Request, reference: str, done: str) -> HTTPResponse:
    """To the request it was done from, else to the case's own page."""
    wanted = safe_next(request.args.get("back", ""))
    inside = wanted.startswith((f"{REQUESTS}/", f"{CORRECT}/")) and "?" not in wanted
    otherwise = f"{CORRECT}/{reference}" if reference else PRIVACY
    return redirect(f"{wanted if inside else otherwise}?done={done}", status=303)
