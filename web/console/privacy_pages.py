"""Requests to correct or to delete, as staff handle them: the list, one request, one case put right."""

from __future__ import annotations

from dataclasses import replace

from sanic import HTTPResponse, Request
from sanic.response import redirect

from casework.complaints import correcting as corrections
from casework.complaints.own_data import held_case, held_of
from casework.inquiries import queries
from casework.inquiries.lifecycle import State
from casework.inquiries.views import InquiryLine, InquiryView
from casework.permissions import Operation
from kit.problems import NotFound, Problem
from nlp.personal import masked
from web.console.addresses import CORRECT
from web.console.door import ConsoleDoor
from web.console.frame import INQUIRIES, PRIVACY, frame_for, shown
from web.console.notice_pages import note_opened
from web.console.privacy_screens import Correcting, CorrectPage, RequestLine, RequestPage, RequestsPage
from web.console.privacy_words import REQUESTS, held_line, proposed_answer, tabs_for, thread_line
from web.console.screens import Chip, Link, Note, Tone
from web.console.submission import value_of
from web.console.visitor import Visitor, safe_next

DONE = ("corrected", "forgotten", "restricted", "lifted", "thread_forgotten")
TONES: dict[State, Tone] = {State.SUBMITTED: "soon", State.ANSWERED: "good", State.CLOSED: "plain"}


async def show_requests(request: Request, door: ConsoleDoor, visitor: Visitor) -> HTTPResponse:
    """GET /console/privacy."""
    is_over = request.args.get("list", "") == "over"
    rows = await queries.own_data_requests(door.inquiries, is_over=is_over)
    text = door.words.text
    page = RequestsPage(
        tabs=tabs_for(door, visitor, PRIVACY),
        lists=(
            Link(href=PRIVACY, words=text("privacy.requests.waiting"), here=not is_over),
            Link(href=f"{PRIVACY}?list=over", words=text("privacy.requests.over"), here=is_over),
        ),
        rows=tuple(_line(door, one) for one in rows),
    )
    return shown(door, "privacy_requests.html", await frame_for(door, visitor, PRIVACY), page)


async def show_request(request: Request, door: ConsoleDoor, visitor: Visitor, reference: str) -> HTTPResponse:
    """GET /console/privacy/requests/{reference}: the words masked, and everything held of whoever wrote them."""
    view = await _find(door, visitor, reference)
    await note_opened(door, visitor, view.id)
    done = request.args.get("done", "")
    notes = (Note(words=door.words.text(f"privacy.done.{done}")),) if done in DONE else ()
    return await _render(door, visitor, view, notes=notes)


async def read_request(request: Request, door: ConsoleDoor, visitor: Visitor, reference: str) -> HTTPResponse:
    """POST /console/privacy/requests/{reference}/words: the words as they were written, this once; audited."""
    view = await _find(door, visitor, reference)
    await queries.note_read(door.db, visitor.actor, view.id)
    return await _render(door, visitor, view, is_clear=True)


async def show_correcting(
    request: Request, door: ConsoleDoor, visitor: Visitor, reference: str
) -> HTTPResponse:
    """GET /console/privacy/correct/{reference}."""
    done = request.args.get("done", "")
    notes = (Note(words=door.words.text(f"privacy.done.{done}")),) if done in DONE else ()
    return await _correcting(door, visitor, reference, _back_of(request.args.get("back", "")), notes=notes)


async def correct_case(request: Request, door: ConsoleDoor, visitor: Visitor, reference: str) -> HTTPResponse:
    """POST /console/privacy/correct/{reference}: put right, or the form again with what was typed and what is wrong."""
    back = _back_of(value_of(request, "back"))
    case = await held_case(door.desk, visitor.actor, reference, door.retention.archive_duty)
    if case is None:
        raise NotFound("problem.console.case_not_found", reference=reference[:40])
    typed = {name: value_of(request, name).strip()[:400] for name in ("phone", "name", "place")}
    drops = {name for name in typed if value_of(request, f"drop_{name}") == "1"}
    wanted = {name: "" if name in drops else typed[name] or None for name in typed}
    corrected = corrections.Corrected(phone=wanted["phone"], name=wanted["name"], place_text=wanted["place"])
    try:
        await corrections.correct_person(door.desk, visitor.actor, case.id, corrected)
    except Problem as problem:
        return await _refused(door, visitor, reference, back, typed, problem)
    here = back or f"{CORRECT}/{case.reference}"
    return redirect(f"{here}?done=corrected", status=303)


async def _refused(
    door: ConsoleDoor, visitor: Visitor, reference: str, back: str, typed: dict[str, str], problem: Problem
) -> HTTPResponse:
    sentence = door.words.text(problem.key, **problem.params)
    field = str(getattr(problem, "field", "") or problem.params.get("field", ""))
    field = {"place_text": "place"}.get(field, field)
    at_field = field in typed
    form = Correcting(
        action=f"{CORRECT}/{reference}",
        back=back,
        phone=typed["phone"],
        name=typed["name"],
        place=typed["place"],
        wrong=((field, sentence),) if at_field else (),
        is_open=True,
    )
    notes = () if at_field else (Note(words=sentence, tone="late"),)
    return await _correcting(door, visitor, reference, back, notes=notes, typed=form, status=problem.status)


async def _correcting(
    door: ConsoleDoor,
    visitor: Visitor,
    reference: str,
    back: str,
    *,
    notes: tuple[Note, ...] = (),
    typed: Correcting | None = None,
    status: int = 200,
) -> HTTPResponse:
    case = await held_case(door.desk, visitor.actor, reference, door.retention.archive_duty)
    if case is None:
        raise NotFound("problem.console.case_not_found", reference=reference[:40])
    line = held_line(door, visitor, case, back or f"{CORRECT}/{case.reference}", typed)
    if line.correcting is not None:
        line = replace(line, correcting=replace(line.correcting, is_open=True, back=back))
    page = CorrectPage(back=back or line.href or PRIVACY, case=line, notes=notes)
    return shown(door, "privacy_correct.html", await frame_for(door, visitor, PRIVACY), page, status)


async def _find(door: ConsoleDoor, visitor: Visitor, reference: str) -> InquiryView:
    view = await queries.by_reference(door.inquiries, reference, visitor.actor)
    if view is None or view.topic is None:
        raise NotFound("problem.console.case_not_found", reference=reference[:40])
    return view


async def _render(
    door: ConsoleDoor,
    visitor: Visitor,
    view: InquiryView,
    *,
    notes: tuple[Note, ...] = (),
    is_clear: bool = False,
) -> HTTPResponse:
    now, text = door.clock.now(), door.words.text
    account_id = await queries.account_of(view.id)
    if account_id is None:
        raise NotFound("problem.console.case_not_found", reference=view.reference)
    held = await held_of(door.desk, visitor.actor, account_id, door.retention.archive_duty)
    here = f"{REQUESTS}/{view.reference}"
    said = tuple(
        (door.words.moment(one.at, now), one.text if is_clear else masked(one.text, held.known_names))
        for one in view.messages
        if one.author_kind == "citizen"
    )
    hidden = not is_clear and any(masked(one.text, held.known_names) != one.text for one in view.messages)
    page = RequestPage(
        tabs=tabs_for(door, visitor, PRIVACY),
        back=PRIVACY,
        reference=view.reference,
        topic=text(f"console.inquiries.topic.{view.topic}"),
        state=_chip(door, view.state),
        due=door.words.time_left(view.due_at, now) if view.state is State.SUBMITTED else None,
        words=said,
        unmask=f"{here}/words" if hidden and visitor.may(Operation.CORRECT_PERSONAL_DATA) else "",
        inquiry=f"{INQUIRIES}/{view.reference}" if visitor.may(Operation.SEE_INQUIRIES) else "",
        proposal=proposed_answer(door, held.cases),
        cases=tuple(held_line(door, visitor, one, here) for one in held.cases),
        threads=tuple(thread_line(door, visitor, one, here) for one in held.threads),
        elsewhere=text("privacy.request.elsewhere", count=held.elsewhere) if held.elsewhere else "",
        notes=notes,
    )
    return shown(door, "privacy_request.html", await frame_for(door, visitor, PRIVACY), page)


def _line(door: ConsoleDoor, row: InquiryLine) -> RequestLine:
    now = door.clock.now()
    return RequestLine(
        href=f"{REQUESTS}/{row.reference}",
        reference=row.reference,
        topic=door.words.text(f"console.inquiries.topic.{row.topic}"),
        brief=masked(row.opening),
        state=_chip(door, row.state),
        due=door.words.time_left(row.due_at, now) if row.state is State.SUBMITTED else None,
        at=door.words.moment(row.updated_at, now),
    )


def _chip(door: ConsoleDoor, state: State) -> Chip:
    return Chip(words=door.words.text(f"console.inquiries.state.{state.value}"), tone=TONES[state])


def _back_of(address: str) -> str:
    """A request's page to go back to; nothing for whatever else was sent."""
    inside = safe_next(address)
    return inside if inside.startswith(f"{REQUESTS}/") and "?" not in inside else ""
